/** What the transports of a peer have in common. Types only. */

export type Transport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** Where something is sent. */
export interface Destination {
  readonly transport: Transport;
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  /** The name the address was looked up by: a TLS certificate is for the name. */
  readonly host?: string;
}

/** A message as it arrived, one character for each octet (latin1). */
export interface Arrived {
  readonly octets: string;
  readonly transport: Transport;
  readonly local: string;
  /** Where it came from; an answer goes back there, over the same connection. */
  readonly from: Destination;
}

export interface WireSink {
  arrived(message: Arrived): void;
  /** A stream that holds no SIP, a connection that broke: nothing a request waits for. */
  problem(text: string): void;
}

export interface TlsWish {
  /** Whether the certificate of the other side is verified. */
  readonly verifyTls: boolean;
  /** Path of a PEM file; absent: the authorities Node knows. */
  readonly caFile?: string;
}

export interface WireWish extends TlsWish {
  readonly address: string;
  /** The port of UDP and TCP; TLS listens on the next one. */
  readonly port: number;
  /** Path of a WebSocket server. */
  readonly webSocketPath: string;
}

/** What carries SIP between two ends. */
export interface Connection {
  readonly local: string;
  readonly remote: string;
  /** Resolves once the octets were given to the kernel. @throws Error when the connection has ended */
  write(octets: Buffer): Promise<void>;
  close(): void;
}
