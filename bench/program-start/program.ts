// Loads, configures and registers all of production under mocks, in a process of its own.
import { AWS_CALLS, AWS_OUTPUTS } from "../../test/support/aws-outputs";
import { runMocked } from "../../test/support/mocks";
import { ROOT, stackFile } from "../../test/support/stack-files";

void runMocked(() => (require(`${ROOT}/`) as () => Promise<unknown>)(), {
  stack: "production",
  config: stackFile("production"),
  outputs: AWS_OUTPUTS,
  calls: AWS_CALLS,
});
