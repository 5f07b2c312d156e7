import type { Duplex, Readable } from 'node:stream';
import type * as z from 'zod';

/** A question to an engine. */
export interface EngineRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON; bigints are written as integers. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** What is asked for, for error messages: "list its services". */
  purpose: string;
  signal: AbortSignal;
  /** Seconds until the answer begins; a default by kind of request. `Infinity`: no limit. */
  timeout?: number;
  /** Seconds of silence in the middle of an answer; the entry's when left out. `Infinity`: no limit. */
  idle?: number;
}

export interface EngineReply {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  /** Fails when the engine cuts it, when it stays silent too long, and when the request's signal aborts. */
  body: Readable;
}

/** One engine, connected. Paths are those of the Engine API without the version: `/services`. */
export interface DockerEngine {
  /** For people: `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2376`, `ssh://ops@node1`. */
  readonly where: string;
  /** The API version that is spoken: the lower of ours and the engine's. */
  apiVersion(signal: AbortSignal): Promise<string>;
  /**
   * Asks and reads a JSON answer. Integers beyond 2^53 come as bigint.
   * @throws `docker.*`; an answer that says no as `EngineStatusError`
   */
  json<T = unknown>(path: string, request: EngineRequest, schema?: z.ZodType<T>): Promise<T>;
  /** Asks and gives the answer as it comes. The status is one of 200 to 299. */
  stream(path: string, request: EngineRequest): Promise<EngineReply>;
  /** Sends bytes (chunked); resolves with the answer's text once the engine has taken all of it. */
  send(path: string, body: Readable, request: EngineRequest): Promise<string>;
  /**
   * Asks for a connection of both directions (`/containers/{id}/attach`, `/exec/{id}/start`) and gives its bytes as
   * they come. Ending the writable half tells the container that its input is over; its output still comes.
   * @throws `docker.*`; an answer that says no as `EngineStatusError`
   */
  attach(path: string, request: EngineRequest): Promise<Duplex>;
  /** Lets go of connections. */
  close(): Promise<void>;
}
