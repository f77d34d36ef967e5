/** Who is at an address that is no agent's. */
export interface Addresses {
  /** Names of addresses, "address:port" or "address". */
  aliases?: Readonly<Record<string, string>>;
  /** Address of the run's own SIP server. */
  lab?: string;
}

/** @returns the name for "address:port", where one is known */
export function addressNames({
  aliases = {},
  lab,
}: Addresses): (address: string) => string | undefined {
  const known = new Map(Object.entries(aliases));
  return (address) =>
    known.get(address) ?? known.get(hostOf(address)) ?? (address === lab ? 'server' : undefined);
}

/** "192.0.2.1:5060" -> "192.0.2.1"; "[2001:db8::1]:5060" -> "2001:db8::1". */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
