import * as grpc from "@grpc/grpc-js";
import * as errors from "@pulumi/pulumi/proto/errors_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import { constructVpc, InvalidVpc } from "./awsx-vpc";
import type { ChangeKind } from "./diff";
import { AcceptedAndFailed, Failed, type Interference, Unanswered } from "./faults";
import { callFunction } from "./functions";
import type { NameProposal } from "./inputs";
import { Provider, type ProviderConfiguration, Refusal, type Request, UnmodelledType } from "./provider";
import { isObject, type Properties, reveal, withoutUndefined } from "./values";
import type { World } from "./world";

/** A running stand-in. */
export interface StandIn {
  /** Value for `PULUMI_DEBUG_PROVIDERS`: which port answers for which package. */
  readonly debugProviders: string;
  /** Type and data call tokens that the program used and no model exists for. */
  readonly unmodelled: ReadonlySet<string>;
  /** Stops answering. */
  close(): void;
}

const PACKAGES = ["aws", "awsx", "random"] as const;

type Package = (typeof PACKAGES)[number];

/**
 * Serves the simulated world to one engine, on ports of 127.0.0.1. Each engine needs a stand-in of its own: what the
 * engine configures belongs to its connections. Never block the event loop meanwhile: the engine waits for answers.
 *
 * @param interference Makes operations fail that the world would allow.
 */
export async function startStandIn(world: World, interference?: Interference): Promise<StandIn> {
  const provider = new Provider(world, interference);
  const servers: { name: Package; port: number; server: grpc.Server }[] = [];
  const close = () => {
    for (const { server } of servers) server.forceShutdown();
  };
  try {
    for (const name of PACKAGES) servers.push({ name, ...(await serve(new Service(name, world, provider))) });
  } catch (error) {
    close();
    throw error;
  }
  return {
    debugProviders: servers.map(({ name, port }) => `${name}:${port}`).join(","),
    unmodelled: provider.unmodelled,
    close,
  };
}

async function serve(service: Service): Promise<{ port: number; server: grpc.Server }> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  const methods = service as unknown as Record<string, (request: unknown, peer: string) => unknown>;
  const handlers: grpc.UntypedServiceImplementation = {};
  for (const method of Object.keys(ResourceProviderService)) {
    handlers[method] = (
      call: grpc.ServerUnaryCall<unknown, unknown>,
      reply: (error: Partial<grpc.StatusObject> | null, answer?: unknown) => void,
    ) => {
      if (!Object.hasOwn(Service.prototype, method)) {
        reply?.({ code: grpc.status.UNIMPLEMENTED, details: method });
        return;
      }
      Promise.resolve()
        .then(() => methods[method]!(call.request, call.getPeer()))
        .then(
          (answer) => reply(null, answer),
          (error: unknown) => {
            if (!(error instanceof Unanswered)) reply(statusOf(error));
          },
        );
    };
  }
  server.addService(ResourceProviderService as unknown as grpc.ServiceDefinition, handlers);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { port, server };
}

function statusOf(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof InvalidVpc) {
    const detail = new errors.InputPropertiesError();
    const property = new errors.InputPropertiesError.PropertyError();
    property.setPropertyPath(error.property);
    property.setReason(error.reason);
    detail.addErrors(property);
    return withDetail(error.message, "pulumirpc.InputPropertiesError", detail.serializeBinary());
  }
  if (error instanceof AcceptedAndFailed) {
    const detail = new pb.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(struct(error.outputs));
    detail.setReasonsList([error.message]);
    return withDetail(
      error.message,
      "pulumirpc.ErrorResourceInitFailed",
      detail.serializeBinary(),
      grpc.status.UNKNOWN,
    );
  }
  const known = error instanceof Refusal || error instanceof Failed;
  // Anything but a refusal is a fault of the stand-in, whose place its stack tells.
  const details = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  return { code: grpc.status.UNKNOWN, details };
}

function withDetail(
  message: string,
  type: string,
  bytes: Uint8Array,
  code = grpc.status.INVALID_ARGUMENT,
): Partial<grpc.StatusObject> {
  const any = new Any();
  any.pack(bytes, type);
  const status = new Status();
  status.setCode(code);
  status.setMessage(message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code, details: message, metadata };
}

/** The `ResourceProvider` service for one package; a method here is the call of the same name. */
class Service {
  readonly #package: Package;
  readonly #world: World;
  readonly #provider: Provider;
  /** What each provider instance was configured with, by the connection it talks on. */
  readonly #configurations = new Map<string, ProviderConfiguration>();
  #engine: string | undefined;

  constructor(name: Package, world: World, provider: Provider) {
    this.#package = name;
    this.#world = world;
    this.#provider = provider;
  }

  handshake(request: pb.ProviderHandshakeRequest): pb.ProviderHandshakeResponse {
    this.#engine = request.getEngineAddress();
    const answer = new pb.ProviderHandshakeResponse();
    answer.setAcceptSecrets(true);
    answer.setAcceptResources(true);
    answer.setSupportsAutonamingConfiguration(true);
    return answer;
  }

  attach(request: { getAddress(): string }): Empty {
    this.#engine = request.getAddress();
    return new Empty();
  }

  cancel(): Empty {
    return new Empty();
  }

  getPluginInfo(): PluginInfo {
    const info = new PluginInfo();
    info.setVersion(packageVersion(this.#package));
    return info;
  }

  getSchema(): pb.GetSchemaResponse {
    const answer = new pb.GetSchemaResponse();
    answer.setSchema("{}");
    return answer;
  }

  checkConfig(request: pb.CheckRequest): pb.CheckResponse {
    const answer = new pb.CheckResponse();
    answer.setInputs(request.getNews());
    return answer;
  }

  diffConfig(): pb.DiffResponse {
    return new pb.DiffResponse();
  }

  configure(request: pb.ConfigureRequest, peer: string): pb.ConfigureResponse {
    const settings = reveal(properties(request.getArgs())) as Properties;
    const account = this.#world.accountId;
    const allowed = settingList(settings.allowedAccountIds);
    if (allowed.length > 0 && !allowed.includes(account)) {
      throw new Refusal(
        `the credentials belong to account ${account}, and the provider's allowedAccountIds admit only ${allowed.join(", ")}`,
      );
    }
    if (settingList(settings.forbiddenAccountIds).includes(account)) {
      throw new Refusal(
        `the credentials belong to account ${account}, which the provider's forbiddenAccountIds refuse`,
      );
    }
    const defaults = parsed(settings.defaultTags);
    const tags = isObject(defaults) && isObject(defaults.tags) ? (defaults.tags as Record<string, string>) : {};
    const region = typeof settings.region === "string" && settings.region ? settings.region : this.#world.region;
    this.#configurations.set(peer, { region, defaultTags: tags, urn: request.getUrn() || undefined });
    const answer = new pb.ConfigureResponse();
    answer.setAcceptsecrets(true);
    answer.setAcceptresources(true);
    answer.setSupportspreview(true);
    answer.setSupportsAutonamingConfiguration(true);
    return answer;
  }

  check(request: pb.CheckRequest, peer: string): pb.CheckResponse {
    const naming = request.getAutonaming();
    const { inputs, failures } = this.#provider.check(
      resource(request),
      this.#configuration(peer),
      request.getOlds() && properties(request.getOlds()),
      properties(request.getNews()),
      request.getRandomseed_asU8(),
      naming && proposal(naming),
    );
    const answer = new pb.CheckResponse();
    answer.setInputs(struct(inputs));
    for (const { property, reason } of failures) {
      const failure = new pb.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      answer.addFailures(failure);
    }
    return answer;
  }

  diff(request: pb.DiffRequest): pb.DiffResponse {
    const difference = this.#provider.diff(
      request.getType(),
      properties(request.getOldInputs()),
      properties(request.getNews()),
      properties(request.getOlds()),
    );
    const { DIFF_SOME, DIFF_NONE } = pb.DiffResponse.DiffChanges;
    const answer = new pb.DiffResponse();
    answer.setChanges(Object.keys(difference.changes).length > 0 ? DIFF_SOME : DIFF_NONE);
    answer.setReplacesList(difference.replaces);
    answer.setDeletebeforereplace(difference.deleteBeforeReplace);
    answer.setHasdetaileddiff(true);
    for (const [path, kind] of Object.entries(difference.changes)) {
      const change = new pb.PropertyDiff();
      change.setKind(pb.PropertyDiff.Kind[kind satisfies ChangeKind]);
      change.setInputdiff(true);
      answer.getDetaileddiffMap().set(path, change);
    }
    return answer;
  }

  create(request: pb.CreateRequest, peer: string): pb.CreateResponse {
    const { id, outputs } = this.#provider.create(
      resource(request),
      this.#configuration(peer),
      properties(request.getProperties()),
      request.getPreview(),
    );
    const answer = new pb.CreateResponse();
    answer.setId(id);
    answer.setProperties(struct(outputs));
    return answer;
  }

  update(request: pb.UpdateRequest, peer: string): pb.UpdateResponse {
    const outputs = this.#provider.update(
      resource(request),
      request.getId(),
      this.#configuration(peer),
      properties(request.getOlds()),
      properties(request.getOldInputs()),
      properties(request.getNews()),
      request.getPreview(),
    );
    const answer = new pb.UpdateResponse();
    answer.setProperties(struct(outputs));
    return answer;
  }

  read(request: pb.ReadRequest, peer: string): pb.ReadResponse {
    const found = this.#provider.read(
      resource(request),
      request.getId(),
      properties(request.getProperties()),
      properties(request.getInputs()),
      this.#configuration(peer),
    );
    const answer = new pb.ReadResponse();
    if (!found) return answer;
    answer.setId(found.id);
    answer.setProperties(struct(found.outputs));
    answer.setInputs(struct(found.inputs));
    return answer;
  }

  delete(request: pb.DeleteRequest, peer: string): Empty {
    this.#provider.delete(resource(request), request.getId(), this.#configuration(peer));
    return new Empty();
  }

  invoke(request: pb.InvokeRequest, peer: string): pb.InvokeResponse {
    const token = request.getTok();
    const args = reveal(properties(request.getArgs())) as Properties;
    const answer = new pb.InvokeResponse();
    try {
      answer.setReturn(struct(callFunction(token, args, this.#world, this.#configuration(peer).region)));
    } catch (error) {
      if (error instanceof UnmodelledType) this.#provider.unmodelled.add(token);
      throw error;
    }
    return answer;
  }

  async construct(request: pb.ConstructRequest): Promise<pb.ConstructResponse> {
    if (request.getType() !== "awsx:ec2:Vpc") {
      this.#provider.unmodelled.add(request.getType());
      throw new UnmodelledType(request.getType());
    }
    return constructVpc(request, this.#engine ?? "");
  }

  #configuration(peer: string): ProviderConfiguration {
    return this.#configurations.get(peer) ?? { region: this.#world.region, defaultTags: {} };
  }
}

function properties(message: Struct | undefined): Properties {
  return (message?.toJavaScript() ?? {}) as Properties;
}

function struct(values: Properties): Struct {
  return Struct.fromJavaScript(withoutUndefined(values) as Record<string, JavaScriptValue>);
}

function resource(request: { getUrn(): string; getType(): string; getName(): string }): Request {
  const urn = request.getUrn();
  return { urn, type: request.getType(), name: request.getName() || urn.slice(urn.lastIndexOf("::") + 2) };
}

function proposal(naming: pb.CheckRequest.AutonamingOptions): NameProposal {
  const { ENFORCE, DISABLE } = pb.CheckRequest.AutonamingOptions.Mode;
  const mode = naming.getMode();
  return {
    name: naming.getProposedName(),
    mode: mode === ENFORCE ? "enforce" : mode === DISABLE ? "disable" : "propose",
  };
}

/** Structured provider settings arrive as JSON texts. */
function parsed(setting: unknown): unknown {
  if (typeof setting !== "string") return setting;
  try {
    return JSON.parse(setting);
  } catch {
    return setting;
  }
}

function settingList(setting: unknown): string[] {
  const value = parsed(setting);
  return Array.isArray(value) ? value.map(String) : [];
}

function packageVersion(name: Package): string {
  return (require(`@pulumi/${name}/package.json`) as { version: string }).version;
}
