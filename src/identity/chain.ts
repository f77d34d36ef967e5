/** Whether a certificate is of somebody who is trusted: the chain from it to an authority (RFC 5280, 6.1). */
import { X509Certificate } from 'node:crypto';

/** Chains are two or three long; a longer one is somebody's joke. */
const LONGEST = 8;

/** Every certificate of a PEM text, in its order. @throws what Node.js says of one that cannot be read */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return texts.map((text) => new X509Certificate(text));
}

/** @param now in seconds since 1970 */
export function isValidAt({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) / 1000 <= now && now <= Date.parse(validTo) / 1000;
}

/**
 * Checks a chain of certificates: signatures, names, validity, and the right to sign certificates. It does not check whether one was
 * revoked, nor the limits that an authority sets for certificates below it.
 * @returns what is wrong; undefined when nothing is
 * @param chain the certificate itself, and those that others need to find the way
 */
export function chainProblem(
  chain: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  now: number,
): string | undefined {
  const [leaf, ...between] = chain;
  let current = leaf;
  for (let steps = 0; current !== undefined && steps < LONGEST; steps += 1) {
    if (trusted.some((one) => one.raw.equals(current?.raw ?? Buffer.alloc(0)))) return undefined;
    const issuer = issuerOf(current, trusted) ?? issuerOf(current, between);
    if (issuer === undefined && current.checkIssued(current)) {
      return `${nameOf(current)} has signed its certificate itself, and is not trusted`;
    }
    if (issuer === undefined) {
      return `the certificate of ${nameOf(current)} was issued by ${oneLine(current.issuer)}, and no given certificate has signed it`;
    }
    if (!issuer.ca)
      return `${nameOf(issuer)}, the issuer of ${nameOf(current)}, is not a certificate authority`;
    if (!isValidAt(issuer, now)) {
      return `the certificate of ${nameOf(issuer)} is only valid from ${issuer.validFrom} to ${issuer.validTo}`;
    }
    if (issuer.raw.equals(current.raw)) break;
    current = issuer;
  }
  return `${leaf === undefined ? 'the certificate' : nameOf(leaf)} has no chain to a trusted authority`;
}

/** Names are equal for old and new keys of an authority: the signature tells. */
function issuerOf(
  certificate: X509Certificate,
  among: readonly X509Certificate[],
): X509Certificate | undefined {
  return among.find((one) => certificate.checkIssued(one) && certificate.verify(one.publicKey));
}

function nameOf({ subject }: X509Certificate): string {
  return oneLine(subject);
}

/** Node.js writes a name in several lines. */
function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}
