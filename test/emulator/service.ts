import type { WireAnswer } from "./protocol";

/** Who calls: credentials that the world knows, and what they may do. */
export interface Principal {
  readonly account: string;
  readonly arn: string;
}

/** One call of AWS, as an answer of the front sees it. */
export interface Call<Input = Record<string, unknown>> {
  readonly operation: string;
  readonly input: Input;
  readonly region: string;
  readonly account: string;
  readonly principal: Principal;
  /**
   * What the emulator behind the front answers to the same call.
   *
   * @throws Forwarded when it refuses; the caller gets that answer as it is
   */
  forward<Output>(): Promise<Output>;
}

/** Answers one operation. Input and output have the names that the SDK's types have, and are held to the service's model. */
export interface Answers {
  // A method, so that each answer may name the SDK's own types.
  [operation: string]: Answer["answer"];
}

interface Answer {
  answer(call: Call<object>): object | Promise<object>;
}

/** Operations of one service that the front answers itself, or adds to; all others are the emulator's. */
export interface Service {
  /** Folder of the service in the SDK for Python. */
  readonly name: string;
  readonly answers: Answers;
}

/** A refusal as AWS words it. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A refusal of the emulator behind the front. */
export class Forwarded extends Error {
  constructor(readonly wire: WireAnswer) {
    super(`the emulator refused: ${wire.status} ${wire.body.toString()}`);
  }
}
