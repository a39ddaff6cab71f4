/** Small ustar archives for tests. */

/** Files in this order, and the two blocks of zeros that end an archive. */
export function tarOf(files: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const blocks = files.flatMap(([name, bytes]) => {
    const padded = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    padded.set(bytes);
    return [headerOf(name, bytes.length), padded];
  });
  return Uint8Array.from(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

function headerOf(name: string, length: number): Uint8Array {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'latin1');
  header.write('0000644\0', 100, 'latin1');
  header.write(`${length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('        0', 148, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
