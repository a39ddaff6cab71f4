/** File systems ext2, ext3 and ext4: the block size, from the superblock. Source: Linux, Documentation/filesystems/ext4/super.rst. */

const superblock = 1024;
const magic = 0xef53;
const logBlockBytesMax = 6;

/** Undefined for what has no such superblock. */
export function ext4BlockBytes(head: Buffer): number | undefined {
  if (head.length < 2 * superblock || head.readUInt16LE(superblock + 56) !== magic) return undefined;
  const log = head.readUInt32LE(superblock + 24);
  return log <= logBlockBytesMax ? 1024 << log : undefined;
}
