/**
 * The size of a block device. Node has no ioctl and its stat says 0, so the kernel's own figure is read from sysfs
 * (/sys/dev/block/MAJOR:MINOR/size, in sectors of 512 bytes whatever the device's own). Where sysfs is missing, one-byte reads find the
 * last readable byte in at most 106 steps.
 */
import { closeSync, openSync, readFileSync, readSync, type BigIntStats } from 'node:fs';
import { addressMax } from '../../base/limits.js';
import { errorCode, orWorldError } from './failures.js';

const sectorBytes = 512;

/** Bytes of the block device at `path`, whose stat is `stats`. Throws WorldError when it cannot be read. */
export function blockDeviceBytes(path: string, stats: BigIntStats): number {
  return sizeFromSysfs(stats.rdev) ?? orWorldError('read', path, () => sizeByReading(path));
}

/** Linux splits a device number as glibc's gnu_dev_major and gnu_dev_minor do. */
export function deviceNumbers(rdev: bigint): { readonly major: bigint; readonly minor: bigint } {
  return {
    major: ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n),
    minor: (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n),
  };
}

function sizeFromSysfs(rdev: bigint): number | undefined {
  const { major, minor } = deviceNumbers(rdev);
  try {
    const text = readFileSync(`/sys/dev/block/${major.toString()}:${minor.toString()}/size`, 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) * sectorBytes : undefined;
  } catch {
    return undefined;
  }
}

/** For files and devices alike. */
export function sizeByReading(path: string): number {
  const fd = openSync(path, 'r');
  const byte = new Uint8Array(1);
  try {
    return readableBytes((offset) => {
      try {
        return readSync(fd, byte, 0, 1, offset) === 1;
      } catch (cause) {
        // Some devices say "invalid argument" past their end instead of an end of file.
        if (errorCode(cause) === 'EINVAL') return false;
        throw cause;
      }
    });
  } finally {
    closeSync(fd);
  }
}

/** The least offset that is not readable, where every offset below it is: doubling, then halving. */
export function readableBytes(readable: (offset: number) => boolean): number {
  if (!readable(0)) return 0;
  let low = 0;
  let high = 1;
  while (high < addressMax && readable(high)) {
    low = high;
    high = Math.min(high * 2, addressMax);
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (readable(middle)) low = middle;
    else high = middle;
  }
  return high;
}
