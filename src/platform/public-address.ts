/**
 * Which addresses may be reached on a stranger's word. A shop or a vendor host is named from outside, so every
 * connection is made only after the resolved address was looked at: otherwise the app could be used to knock on the
 * operator's own network. Ranges after the IANA special-purpose registries, read 2026-08.
 */
import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

const RESERVED_V4: readonly [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
/** Inside 2000::/3, the only global unicast space: Teredo and other protocol ranges, documentation, 6to4. */
const RESERVED_V6: readonly [string, number][] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const reservedV4 = new BlockList();
for (const [net, prefix] of RESERVED_V4) reservedV4.addSubnet(net, prefix, "ipv4");
const reservedV6 = new BlockList();
for (const [net, prefix] of RESERVED_V6) reservedV6.addSubnet(net, prefix, "ipv6");
const globalV6 = new BlockList();
globalV6.addSubnet("2000::", 3, "ipv6");
const loopbackV4 = new BlockList();
loopbackV4.addSubnet("127.0.0.0", 8, "ipv4");

export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (isIP(bare) === 4) return !reservedV4.check(bare, "ipv4");
  if (isIP(bare) !== 6) return false;
  const embedded = embeddedV4(bare);
  if (embedded !== null) return isPublicAddress(embedded);
  return globalV6.check(bare, "ipv6") && !reservedV6.check(bare, "ipv6");
}

/** `localhost`, 127.0.0.0/8, ::1 — as a URL writes them. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  return bare === "localhost" || bare === "::1" || (isIP(bare) === 4 && loopbackV4.check(bare, "ipv4"));
}

/** The IPv4 address inside ::ffff:0:0/96 (mapped) and 64:ff9b::/96 (what DNS64 networks answer for IPv4 hosts). */
function embeddedV4(address: string): string | null {
  const groups = expandV6(address);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const translated = groups[0] === 0x64 && groups[1] === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  if (!mapped && !translated) return null;
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function expandV6(address: string): number[] {
  // The URL parser writes a dotted tail (::ffff:10.0.0.1) as two groups, which leaves one shape to read.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const groupsOf = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const left = groupsOf(head);
  if (tail === undefined) return left;
  const right = groupsOf(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

export class AddressRefused extends Error {
  readonly code = "ADDRESS_REFUSED";
  constructor(host: string) {
    super(`${host} does not lead to a public address`);
    this.name = "AddressRefused";
  }
}

/** A `lookup` for sockets that answers only when every address of the name is public: one private among them is enough to refuse. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, "", 0);
    const first = addresses[0];
    if (first === undefined || !addresses.every((entry) => isPublicAddress(entry.address))) {
      return callback(new AddressRefused(hostname), "", 0);
    }
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};
