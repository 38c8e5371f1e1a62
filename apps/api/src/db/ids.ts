import { randomBytes } from 'node:crypto';

/**
 * A new id for a row: a UUID of version 7 (RFC 9562). It begins with the time, so that rows made together lie together in an
 * index; random ones would touch a page each, and make a batch of inserts or deletes several times dearer.
 */
export function newId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
