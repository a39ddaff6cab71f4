/**
 * Links over TLS 1.3 with mutual authentication: both sides show a certificate of the same authority, and are known to each other by
 * the names in them. Nothing older than TLS 1.3 is spoken, and nothing is sent before both certificates are checked.
 *
 * Law: bytes are received only as fast as they are taken (the socket is paused meanwhile), and send() resolves when the socket has room again, so that
 * memory stays bounded on both sides whatever the speed of the other.
 *
 * Limit: Node does not tell a peer that closed its TLS session from one whose TCP connection just ended. Both are the end of the stream here; what must
 * not be cut short is for the protocol to say.
 */
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { isIP, type Socket } from 'node:net';
import { CancelledError, UsageError, WorldError, assert, type SnapdeltaError } from '../../base/errors.js';
import type { Dialer, Link } from '../../base/runtime.js';
import { networkError, refusalReason } from './network-failures.js';

/** PEM texts of one party. */
export interface Identity {
  /** The certificate of the authority that everybody here trusts. */
  readonly authority: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** How long a connection attempt, its handshake included, may take. */
const connectMsMax = 10_000;
/** TCP probes a silent peer after this time, so that one that lost its power is noticed. */
const keepAliveMs = 30_000;

class SocketLink implements Link {
  readonly peer: string;
  readonly #socket: TLSSocket;
  readonly #arrived: Uint8Array[] = [];
  #failure: SnapdeltaError | undefined;
  #isEnded = false;
  #wake: (() => void) | undefined;
  #isClosing = false;

  constructor(socket: TLSSocket, peer: string) {
    this.#socket = socket;
    this.peer = peer;
    // Only now: in a handshake the end of the other side is the end.
    socket.allowHalfOpen = true;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    socket.pause();
    socket.on('data', (bytes: Buffer) => {
      if (this.#isClosing) return;
      socket.pause();
      this.#arrived.push(bytes);
      this.#notify();
    });
    socket.on('end', () => {
      this.#isEnded = true;
      this.#notify();
    });
    socket.on('error', (cause) => {
      this.#fail(networkError(cause, 'reach', peer));
    });
    socket.on('close', () => {
      if (!this.#isEnded) this.#fail(new WorldError(`the connection to ${peer} was cut`));
    });
  }

  async send(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isClosing) throw new WorldError(`the connection to ${this.peer} is closed`);
    if (this.#socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done).off('close', done);
        resolve();
      };
      this.#socket.on('drain', done).on('close', done);
    });
    // Read anew: it may have failed meanwhile.
    this.#throwFailure();
  }

  async receive(): Promise<Uint8Array | undefined> {
    for (;;) {
      const bytes = this.#arrived.shift();
      if (bytes !== undefined) return bytes;
      this.#throwFailure();
      if (this.#isEnded) return undefined;
      const waiting = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#socket.resume();
      await waiting;
    }
  }

  close(): void {
    this.#isClosing = true;
    this.#socket.end();
    // What the other side still says is thrown away, so that its end is seen.
    this.#socket.resume();
  }

  destroy(): void {
    this.#fail(new WorldError(`the connection to ${this.peer} was ended`));
    this.#socket.destroy();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(failure: SnapdeltaError): void {
    this.#failure ??= failure;
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

export interface Listener {
  readonly port: number;
  /** Stops accepting, and ends at once what is open, handshakes included. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly identity: Identity;
  /** Called for each party that has proved who it is. */
  readonly onLink: (link: Link) => void;
  /** Called for each that has not, with the reason. */
  readonly onRefused: (reason: string) => void;
}

/** Listens for links. Throws WorldError where the address cannot be had, UsageError for an identity that is none. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, port, identity } = options;
  const server = usable(() =>
    createServer({
      ...pem(identity),
      minVersion: 'TLSv1.3',
      requestCert: true,
      // Judged below: Node would hang up without a word about why.
      rejectUnauthorized: false,
      handshakeTimeout: connectMsMax,
    }),
  );
  server.on('secureConnection', (socket) => {
    if (socket.authorized) {
      options.onLink(new SocketLink(socket, nameOf(socket)));
      return;
    }
    options.onRefused(`${socket.remoteAddress ?? 'someone'}: ${refusalReason(socket.authorizationError)}`);
    socket.destroy();
  });
  server.on('tlsClientError', (error, socket) => {
    options.onRefused(`${socket.remoteAddress ?? 'someone'}: ${refusalReason(error)}`);
    socket.destroy();
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(networkError(cause, 'listen on', `${host}:${port}`));
    });
    server.listen(port, host, resolve);
  });
  return { port: portOf(server), close: () => closed(server, sockets) };
}

function portOf(server: Server): number {
  const address = server.address();
  assert(typeof address === 'object' && address !== null, 'a listening server has an address');
  return address.port;
}

function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    for (const socket of sockets) socket.destroy();
  });
}

/** Opens links to addresses of the form `host:port`. */
export function tlsDialer(identity: Identity): Dialer {
  return {
    dial: (address, signal) =>
      new Promise<Link>((resolve, reject) => {
        const { host, port } = parseAddress(address);
        const socket = usable(() =>
          connect({
            ...pem(identity),
            host,
            port,
            minVersion: 'TLSv1.3',
            rejectUnauthorized: true,
            timeout: connectMsMax,
            // A server name is a host name: an address may not be sent, and is checked against the certificate as it is.
            ...(isIP(host) === 0 ? { servername: host } : {}),
          }),
        );
        // Given to the socket, the signal would keep a listener for each connection of its life: a push that is tried often runs into Node's warning.
        const cancel = (): void => {
          refuse(new CancelledError('cancelled'));
        };
        const refuse = (failure: SnapdeltaError): void => {
          signal?.removeEventListener('abort', cancel);
          socket.destroy();
          reject(failure);
        };
        const onError = (cause: Error): void => {
          refuse(networkError(cause, 'reach', address));
        };
        if (signal?.aborted === true) cancel();
        else signal?.addEventListener('abort', cancel, { once: true });
        socket.once('error', onError);
        socket.once('timeout', () => {
          refuse(new WorldError(`${address} does not answer`, { hint: 'check the address and the server' }));
        });
        socket.once('secureConnect', () => {
          socket.off('error', onError).removeAllListeners('timeout');
          signal?.removeEventListener('abort', cancel);
          socket.setTimeout(0);
          resolve(new SocketLink(socket, nameOf(socket)));
        });
      }),
  };
}

/** Splits `host:port`; an IPv6 address stands in brackets. Port 0, any free one, is for those who listen. Throws UsageError. */
export function parseAddress(address: string, portMin = 1): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < portMin || port > 65_535) {
    throw new UsageError(`${address} is not an address`, {
      hint: 'give HOST:PORT, such as backup.example:7373',
    });
  }
  return { host, port };
}

function pem({ authority, certificate, privateKey }: Identity): { ca: string; cert: string; key: string } {
  return { ca: authority, cert: certificate, key: privateKey };
}

/** The common name in the peer's certificate, which the handshake has checked. */
function nameOf(socket: TLSSocket): string {
  const { subject } = socket.getPeerCertificate();
  const name: unknown = (subject as { CN?: unknown } | undefined)?.CN;
  return typeof name === 'string' ? name : '';
}

/** Keys and certificates are parsed when a context is made. */
function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new UsageError(`the keys are not usable: ${(cause as Error).message}`, {
      hint: 'make them with: snapdelta keys init DIR --server NAME --agent NAME',
      cause,
    });
  }
}
