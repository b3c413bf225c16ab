import { DOMParser, type Element } from "@xmldom/xmldom";
import { randomUUID } from "node:crypto";
import type { Model, Operation, Reference, Shape, XmlNamespace } from "./model";

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** An answer as it goes over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer;
}

type Values = Record<string, unknown>;

/** The operation that a request calls. @throws Error when the service has none of that kind */
export function operationOf(model: Model, request: WireRequest): string {
  const name = nameOf(model, request);
  if (!name || !(name in model.operations)) {
    const what = name ?? `${request.method} ${request.url}`;
    throw new Error(`${model.service} has no operation ${what}`);
  }
  return name;
}

function nameOf(model: Model, request: WireRequest): string | undefined {
  switch (model.protocol) {
    case "query":
    case "ec2":
      return new URLSearchParams(request.body.toString()).get("Action") ?? undefined;
    case "json": {
      // The SDKs differ in how much of the service's long name they say.
      const [name, service] = String(request.headers["x-amz-target"] ?? "")
        .split(".")
        .reverse();
      return service === model.description.metadata.targetPrefix?.split(".").at(-1) ? name : undefined;
    }
    default:
      return routeOf(model, request);
  }
}

/** The operation whose method, path and fixed parameters a request has; of several, the one that asks for most. */
function routeOf(model: Model, { method, url }: WireRequest): string | undefined {
  const [path = "", query = ""] = url.split("?", 2);
  const parameters = new URLSearchParams(query);
  const fits = Object.entries(model.operations)
    .filter(([, operation]) => operation.http.method === method)
    .map(([name, { http }]) => {
      const [template = "", fixed = ""] = http.requestUri.split("?", 2);
      return { name, template, fixed: [...new URLSearchParams(fixed)] };
    })
    .filter(
      ({ template, fixed }) =>
        matchPath(template, path) && fixed.every(([key, value]) => parameters.get(key) === value),
    )
    .sort((a, b) => b.fixed.length - a.fixed.length || literals(b.template) - literals(a.template));
  // The SDK for JavaScript says by this which of two calls with one route it means.
  const meant = parameters.get("x-id");
  return (fits.find(({ name }) => name === meant) ?? fits[0])?.name;
}

function literals(template: string): number {
  return template.split("/").filter((part) => part !== "" && !part.startsWith("{")).length;
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = template
    .replace(/\/$/, "")
    .replace(/[.*^$()|[\]\\]/g, "\\$&")
    .replace(/\{([^}+]+)(\+?)\}/g, (_, name: string, greedy: string) => {
      names.push(name);
      return greedy ? "(.+)" : "([^/]+)";
    });
  const found = new RegExp(`^${pattern}/?$`).exec(path);
  return found
    ? Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1]!)]))
    : undefined;
}

/** What a request asks for, as the SDK's caller gave it. @throws Error when it is malformed */
export function readRequest(model: Model, operation: Operation, request: WireRequest): Values {
  if (!operation.input) return {};
  switch (model.protocol) {
    case "query":
    case "ec2":
      return readForm(model, operation.input, request);
    case "json":
      return readJson(model, operation.input, JSON.parse(request.body.toString() || "{}")) as Values;
    default:
      return readRest(model, operation.input, operation.http.requestUri, request);
  }
}

/** A form: `Filters.member.1.Name=…`, or EC2's `Filter.1.Name=…`. */
function readForm(model: Model, input: Reference, { body }: WireRequest): Values {
  const form = new URLSearchParams(body.toString());
  form.delete("Action");
  form.delete("Version");
  const used = new Set<string>();
  const read = (reference: Reference, prefix: string): unknown => {
    const shape = model.shape(reference);
    const below = `${prefix}.`;
    const present = form.has(prefix) || [...form.keys()].some((key) => key.startsWith(below));
    if (!present) return undefined;
    switch (shape.type) {
      case "structure":
        return readMembers(shape, below);
      case "list":
        return readList(reference, shape, prefix);
      case "map":
        return readMap(reference, shape, prefix);
      default:
        used.add(prefix);
        return fromText(form.get(prefix)!, shape, "iso8601");
    }
  };
  const readMembers = (shape: Shape, prefix: string): Values =>
    withoutUndefined(
      Object.entries(shape.members ?? {}).map(([name, member]) => [
        name,
        read(member, prefix + formName(model, name, member)),
      ]),
    );
  const readList = (reference: Reference, shape: Shape, prefix: string): unknown[] => {
    // An empty list is the bare name.
    if (form.get(prefix) === "") {
      used.add(prefix);
      return [];
    }
    const flat = model.protocol === "ec2" || (shape.flattened ?? reference.flattened);
    const item = flat ? prefix : `${prefix}.${shape.member!.locationName ?? "member"}`;
    return numbered(item).map((index) => read(shape.member!, `${item}.${index}`));
  };
  const readMap = (reference: Reference, shape: Shape, prefix: string): Values => {
    const item = (shape.flattened ?? reference.flattened) ? prefix : `${prefix}.entry`;
    return Object.fromEntries(
      numbered(item).map((index) => [
        read(shape.key!, `${item}.${index}.${shape.key!.locationName ?? "key"}`) as string,
        read(shape.value!, `${item}.${index}.${shape.value!.locationName ?? "value"}`),
      ]),
    );
  };
  const numbered = (prefix: string): number[] => {
    const indices = [...form.keys()]
      .filter((key) => key.startsWith(`${prefix}.`))
      .map((key) => Number(key.slice(prefix.length + 1).split(".")[0]))
      .filter(Number.isInteger);
    return [...new Set(indices)].sort((a, b) => a - b);
  };
  const values = readMembers(model.shape(input), "");
  const unknown = [...form.keys()].filter((key) => !used.has(key));
  if (unknown.length > 0) throw new Error(`the model does not know ${unknown.join(", ")}`);
  return values;
}

function formName(model: Model, name: string, member: Reference): string {
  if (model.protocol !== "ec2") {
    const shape = model.shape(member);
    // A flattened list is called as its elements are.
    const element =
      (shape.flattened ?? member.flattened) && shape.type === "list" ? shape.member!.locationName : undefined;
    return element ?? member.locationName ?? name;
  }
  if (member.queryName) return member.queryName;
  const called = member.locationName ?? name;
  return called.charAt(0).toUpperCase() + called.slice(1);
}

/** A value of a JSON document, with times and bytes as such. Members that the model does not know stay, to be refused. */
function readJson(model: Model, reference: Reference, value: unknown): unknown {
  const shape = model.shape(reference);
  if (value === null || value === undefined) return undefined;
  if (shape.type === "structure" && !shape.document && typeof value === "object") {
    const byWireName = new Map(
      Object.entries(shape.members ?? {}).map(([name, member]) => [
        member.locationName ?? name,
        [name, member] as const,
      ]),
    );
    return withoutUndefined(
      Object.entries(value).map(([key, item]) => {
        const [name, member] = byWireName.get(key) ?? [key, undefined];
        return [name, member ? readJson(model, member, item) : item];
      }),
    );
  }
  if (shape.type === "list" && Array.isArray(value)) return value.map((item) => readJson(model, shape.member!, item));
  if (shape.type === "map" && typeof value === "object") {
    return withoutUndefined(Object.entries(value).map(([key, item]) => [key, readJson(model, shape.value!, item)]));
  }
  if (shape.type === "timestamp") {
    return typeof value === "number" ? new Date(value * 1000) : new Date(String(value));
  }
  if (shape.type === "blob" && typeof value === "string") return Buffer.from(value, "base64");
  return value;
}

function readRest(model: Model, input: Reference, requestUri: string, request: WireRequest): Values {
  const shape = model.shape(input);
  const [path = "", query = ""] = request.url.split("?", 2);
  const labels = matchPath(requestUri.split("?", 1)[0]!, path) ?? {};
  const parameters = new URLSearchParams(query);
  const members = Object.entries(shape.members ?? {});
  const located = members.map(([name, member]): [string, unknown] => {
    const called = member.locationName ?? name;
    const type = model.shape(member);
    switch (member.location) {
      case "uri":
        return [name, labels[called] === undefined ? undefined : fromText(labels[called], type, "iso8601")];
      case "querystring":
        if (type.type === "list") {
          const all = parameters.getAll(called);
          return [
            name,
            all.length > 0 ? all.map((text) => fromText(text, model.shape(type.member!), "iso8601")) : undefined,
          ];
        }
        return [name, parameters.has(called) ? fromText(parameters.get(called)!, type, "iso8601") : undefined];
      case "header": {
        const text = request.headers[called.toLowerCase()];
        return [name, text === undefined ? undefined : fromText(String(text), type, "rfc822")];
      }
      case "headers": {
        const prefixed = Object.entries(request.headers).filter(([key]) => key.startsWith(called.toLowerCase()));
        return [
          name,
          prefixed.length === 0
            ? undefined
            : Object.fromEntries(prefixed.map(([key, text]) => [key.slice(called.length), String(text)])),
        ];
      }
      default:
        return [name, undefined];
    }
  });
  return { ...withoutUndefined(located), ...readBody(model, shape, input, request.body) };
}

/** What of a structure stands in the body: its payload, or all that stands nowhere else. */
function readBody(model: Model, shape: Shape, reference: Reference, body: Buffer): Values {
  const payload = shape.payload === undefined ? undefined : shape.members?.[shape.payload];
  if (payload) {
    const { type } = model.shape(payload);
    if (type === "blob") return { [shape.payload!]: body };
    if (type === "string") return { [shape.payload!]: body.toString() };
    if (body.length === 0) return {};
    const read =
      model.protocol === "rest-json"
        ? readJson(model, payload, JSON.parse(body.toString()))
        : readXml(model, payload, root(body));
    return { [shape.payload!]: read };
  }
  const inBody = Object.entries(shape.members ?? {}).filter(([, { location }]) => !location);
  if (inBody.length === 0 || body.length === 0) return {};
  if (model.protocol === "rest-json") return readJson(model, reference, JSON.parse(body.toString())) as Values;
  return readXmlMembers(model, inBody, root(body));
}

function root(body: Buffer | string): Element {
  const document = new DOMParser({
    onError: (level, message) => {
      if (level !== "warning") throw new Error(`no XML: ${message}`);
    },
  }).parseFromString(body.toString(), "text/xml");
  return document.documentElement!;
}

function children(element: Element, name?: string): Element[] {
  return [...element.childNodes].filter(
    (node): node is Element => node.nodeType === 1 && (name === undefined || (node as Element).localName === name),
  );
}

function readXml(model: Model, reference: Reference, element: Element): unknown {
  const shape = model.shape(reference);
  switch (shape.type) {
    case "structure":
      return readXmlMembers(model, Object.entries(shape.members ?? {}), element);
    case "list":
      return children(element).map((item) => readXml(model, shape.member!, item));
    case "map":
      return readXmlMap(model, shape, children(element, "entry"));
    default:
      return fromText(element.textContent ?? "", shape, "iso8601");
  }
}

function readXmlMembers(model: Model, members: readonly (readonly [string, Reference])[], element: Element): Values {
  return withoutUndefined(
    members.map(([name, member]) => {
      const shape = model.shape(member);
      const flat = shape.flattened ?? member.flattened;
      const called = xmlName(name, member, shape);
      if (member.xmlAttribute) return [name, element.getAttribute(called) ?? undefined];
      const found = children(element, called.split(":").at(-1));
      if (found.length === 0) return [name, undefined];
      if (flat && shape.type === "list") return [name, found.map((item) => readXml(model, shape.member!, item))];
      if (flat && shape.type === "map") return [name, readXmlMap(model, shape, found)];
      return [name, readXml(model, member, found[0]!)];
    }),
  );
}

function readXmlMap(model: Model, shape: Shape, entries: Element[]): Values {
  return Object.fromEntries(
    entries.map((entry) => [
      children(entry, shape.key!.locationName ?? "key")[0]?.textContent ?? "",
      readXml(model, shape.value!, children(entry, shape.value!.locationName ?? "value")[0]!),
    ]),
  );
}

function xmlName(name: string, member: Reference, shape: Shape): string {
  const element =
    (shape.flattened ?? member.flattened) && shape.type === "list" ? shape.member!.locationName : undefined;
  return element ?? member.locationName ?? name;
}

/**
 * What an answer of the emulator says, to be added to. Left out is what AWS does not write: members that the model does not
 * know, and empty words where a number, a time or one of several words belongs.
 */
export function readAnswer(model: Model, operation: Operation, answer: WireAnswer): Values {
  const { output } = operation;
  return output ? (filled(model, output, readOutput(model, output, answer)) as Values) : {};
}

function readOutput(model: Model, output: Reference, answer: WireAnswer): Values {
  const shape = model.shape(output);
  const body = Buffer.from(answer.body);
  switch (model.protocol) {
    case "json":
      return readJson(model, output, JSON.parse(body.toString() || "{}")) as Values;
    case "query":
    case "ec2": {
      const element = output.resultWrapper ? children(root(body), output.resultWrapper)[0] : root(body);
      return element ? readXmlMembers(model, Object.entries(shape.members ?? {}), element) : {};
    }
    default: {
      const headers = Object.entries(shape.members ?? {}).filter(([, { location }]) => location === "header");
      const read = headers.map(([name, member]): [string, unknown] => {
        const text = answer.headers[(member.locationName ?? name).toLowerCase()];
        return [name, text === undefined ? undefined : fromText(text, model.shape(member), "rfc822")];
      });
      return { ...withoutUndefined(read), ...readBody(model, shape, output, body) };
    }
  }
}

/** A value without what says nothing. */
function filled(model: Model, reference: Reference, value: unknown): unknown {
  const shape = model.shape(reference);
  switch (shape.type) {
    case "structure":
      if (shape.document) return value;
      return withoutUndefined(
        Object.entries(value as Values).map(([name, item]) => {
          const member = shape.members?.[name];
          return [name, member && filled(model, member, item)];
        }),
      );
    case "list":
      return (value as unknown[])
        .map((item) => filled(model, shape.member!, item))
        .filter((item) => item !== undefined);
    case "map":
      return withoutUndefined(
        Object.entries(value as Values).map(([key, item]) => [key, filled(model, shape.value!, item)]),
      );
    case "string":
      return value === "" && shape.enum ? undefined : value;
    case "timestamp":
      return Number.isNaN((value as Date).getTime()) ? undefined : value;
    default:
      return value === "" ? undefined : value;
  }
}

/** Writes an answer that went well. */
export function writeAnswer(model: Model, name: string, operation: Operation, output: Values): WireAnswer {
  const requestId = randomUUID();
  const reference = operation.output;
  switch (model.protocol) {
    case "json":
      return {
        status: 200,
        headers: {
          "content-type": `application/x-amz-json-${model.description.metadata.jsonVersion ?? "1.0"}`,
          "x-amzn-requestid": requestId,
        },
        body: JSON.stringify(reference ? writeJson(model, reference, output) : {}),
      };
    case "query":
    case "ec2": {
      const inner = reference ? writeXmlMembers(model, model.shape(reference), output) : "";
      const wrapper = reference?.resultWrapper;
      const result = wrapper ? `<${wrapper}>${inner}</${wrapper}>` : inner;
      const id =
        model.protocol === "ec2"
          ? `<requestId>${requestId}</requestId>`
          : `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
      const namespace = xmlns(model.description.metadata.xmlNamespace);
      return {
        status: 200,
        headers: { "content-type": "text/xml" },
        body: `<${name}Response${namespace}>${result}${id}</${name}Response>`,
      };
    }
    default:
      return writeRest(model, operation, output, requestId);
  }
}

function writeRest(
  model: Model,
  { http, output: reference }: Operation,
  output: Values,
  requestId: string,
): WireAnswer {
  const headers: Record<string, string> = { "x-amzn-requestid": requestId };
  let status = http.responseCode ?? 200;
  if (!reference) return { status, headers, body: "" };
  const shape = model.shape(reference);
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const value = output[name];
    if (value === undefined) continue;
    const called = member.locationName ?? name;
    if (member.location === "header") headers[called.toLowerCase()] = toText(value, model.shape(member), "rfc822");
    if (member.location === "statusCode") status = value as number;
    if (member.location === "headers") {
      for (const [key, text] of Object.entries(value as Record<string, string>))
        headers[`${called}${key}`.toLowerCase()] = text;
    }
  }
  const json = model.protocol === "rest-json";
  headers["content-type"] = json ? "application/json" : "application/xml";
  if (shape.payload !== undefined) {
    const value = output[shape.payload];
    const payload = shape.members![shape.payload]!;
    if (value === undefined) return { status, headers, body: "" };
    const { type } = model.shape(payload);
    if (type === "blob") return { status, headers, body: Buffer.from(value as Uint8Array) };
    if (type === "string") return { status, headers, body: value as string };
    const body = json
      ? JSON.stringify(writeJson(model, payload, value))
      : writeXml(model, payload.locationName ?? payload.shape, payload, value);
    return { status, headers, body };
  }
  const inBody = Object.fromEntries(Object.entries(output).filter(([name]) => !shape.members?.[name]?.location));
  const body = json
    ? JSON.stringify(writeJson(model, reference, inBody))
    : writeXml(model, reference.shape, { ...reference, xmlNamespace: model.description.metadata.xmlNamespace }, inBody);
  return { status, headers, body };
}

/** Writes an error as the service does. */
export function writeError(model: Model, code: string, message: string, members: Values = {}): WireAnswer {
  const status = model.error(code)?.error?.httpStatusCode ?? statusOf(code);
  const requestId = randomUUID();
  if (model.protocol === "json" || model.protocol === "rest-json") {
    return {
      status,
      headers: { "content-type": "application/json", "x-amzn-errortype": code, "x-amzn-requestid": requestId },
      body: JSON.stringify({ __type: code, message, ...members }),
    };
  }
  const error = `<Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error>`;
  const body =
    model.protocol === "ec2"
      ? `<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`
      : model.service === "s3"
        ? error
        : `<ErrorResponse>${error}<RequestId>${requestId}</RequestId></ErrorResponse>`;
  return { status, headers: { "content-type": "text/xml" }, body };
}

function statusOf(code: string): number {
  if (/AccessDenied|UnauthorizedOperation|ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch/.test(code))
    return 403;
  if (/ServiceUnavailable/.test(code)) return 503;
  return 400;
}

function writeJson(model: Model, reference: Reference, value: unknown): unknown {
  const shape = model.shape(reference);
  switch (shape.type) {
    case "structure":
      if (shape.document) return value;
      return Object.fromEntries(
        Object.entries(value as Values)
          .filter(([, item]) => item !== undefined)
          .map(([name, item]) => {
            const member = shape.members![name]!;
            return [member.locationName ?? name, writeJson(model, member, item)];
          }),
      );
    case "list":
      return (value as unknown[]).map((item) => writeJson(model, shape.member!, item));
    case "map":
      return Object.fromEntries(
        Object.entries(value as Values).map(([key, item]) => [key, writeJson(model, shape.value!, item)]),
      );
    case "timestamp":
      return shape.timestampFormat === "iso8601" ? toText(value, shape, "iso8601") : (value as Date).getTime() / 1000;
    case "blob":
      return Buffer.from(value as Uint8Array).toString("base64");
    default:
      return value;
  }
}

function writeXml(model: Model, name: string, reference: Reference, value: unknown): string {
  const shape = model.shape(reference);
  const inside = writeXmlContent(model, shape, value);
  const attributes = Object.entries(shape.members ?? {})
    .filter(([key, member]) => member.xmlAttribute && (value as Values)[key] !== undefined)
    .map(([key, member]) => ` ${member.locationName ?? key}="${escape(String((value as Values)[key]))}"`);
  return `<${name}${xmlns(reference.xmlNamespace)}${attributes.join("")}>${inside}</${name}>`;
}

function writeXmlContent(model: Model, shape: Shape, value: unknown): string {
  switch (shape.type) {
    case "structure":
      return writeXmlMembers(model, shape, value as Values);
    case "list": {
      const element = shape.member!.locationName ?? "member";
      return (value as unknown[]).map((item) => writeXml(model, element, shape.member!, item)).join("");
    }
    case "map":
      return writeXmlMap(model, "entry", shape, value as Values);
    default:
      return escape(toText(value, shape, "iso8601"));
  }
}

function writeXmlMembers(model: Model, shape: Shape, values: Values): string {
  return Object.entries(shape.members ?? {})
    .filter(([name, member]) => values[name] !== undefined && !member.location && !member.xmlAttribute)
    .map(([name, member]) => {
      const type = model.shape(member);
      const called = xmlName(name, member, type);
      const flat = type.flattened ?? member.flattened;
      if (flat && type.type === "list") {
        return (values[name] as unknown[]).map((item) => writeXml(model, called, type.member!, item)).join("");
      }
      if (flat && type.type === "map") return writeXmlMap(model, called, type, values[name] as Values);
      return writeXml(model, called, member, values[name]);
    })
    .join("");
}

function writeXmlMap(model: Model, entry: string, shape: Shape, values: Values): string {
  return Object.entries(values)
    .map(([key, item]) => {
      const written = writeXml(model, shape.value!.locationName ?? "value", shape.value!, item);
      const name = shape.key!.locationName ?? "key";
      return `<${entry}><${name}>${escape(key)}</${name}>${written}</${entry}>`;
    })
    .join("");
}

function xmlns(namespace: XmlNamespace | undefined): string {
  if (!namespace) return "";
  const { uri, prefix = undefined } = typeof namespace === "string" ? { uri: namespace } : namespace;
  return ` xmlns${prefix ? `:${prefix}` : ""}="${uri}"`;
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

type TimestampFormat = NonNullable<Shape["timestampFormat"]>;

/** A scalar from text; what is none of its type stays text, to be refused. */
function fromText(text: string, shape: Shape, timestamps: TimestampFormat): unknown {
  switch (shape.type) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "integer":
    case "long":
    case "float":
    case "double":
      return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
    case "timestamp":
      return (shape.timestampFormat ?? timestamps) === "unixTimestamp" ? new Date(Number(text) * 1000) : new Date(text);
    case "blob":
      return Buffer.from(text, "base64");
    default:
      return text;
  }
}

function toText(value: unknown, shape: Shape, timestamps: TimestampFormat): string {
  if (value instanceof Date) {
    const format = shape.timestampFormat ?? timestamps;
    if (format === "unixTimestamp") return String(value.getTime() / 1000);
    return format === "rfc822" ? value.toUTCString() : value.toISOString();
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return String(value);
}

function withoutUndefined(entries: readonly (readonly [string, unknown])[]): Values {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
