/** Block comparison in plain TypeScript: the reference for assembly/compare.ts. */

export function compareRuns(
  memory: WebAssembly.Memory,
  a: number,
  b: number,
  length: number,
  blockBytes: number,
  runs: number,
): number {
  const bytes = new Uint8Array(memory.buffer);
  return writeRuns(memory, length, blockBytes, runs, (offset, end) => {
    for (let i = offset; i < end; i++) if (bytes[a + i] !== bytes[b + i]) return true;
    return false;
  });
}

export function zeroRuns(
  memory: WebAssembly.Memory,
  data: number,
  length: number,
  blockBytes: number,
  runs: number,
): number {
  const bytes = new Uint8Array(memory.buffer);
  return writeRuns(memory, length, blockBytes, runs, (offset, end) => {
    for (let i = offset; i < end; i++) if (bytes[data + i] !== 0) return false;
    return true;
  });
}

/** Alternating run lengths; the first run is of blocks whose `kindOf` is false. Returns the run count. */
function writeRuns(
  memory: WebAssembly.Memory,
  length: number,
  blockBytes: number,
  runs: number,
  kindOf: (offset: number, end: number) => boolean,
): number {
  const lengths: number[] = [];
  let kind = false;
  let run = 0;
  for (let offset = 0; offset < length; offset += blockBytes) {
    const end = Math.min(offset + blockBytes, length);
    if (kindOf(offset, end) !== kind) {
      lengths.push(run);
      kind = !kind;
      run = 0;
    }
    run += end - offset;
  }
  if (run > 0) lengths.push(run);
  new Uint32Array(memory.buffer, runs, lengths.length).set(lengths);
  return lengths.length;
}
