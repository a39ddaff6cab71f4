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

export function judgeRuns(
  memory: WebAssembly.Memory,
  a: number,
  b: number,
  runs: number,
  runCount: number,
  blockBytes: number,
  out: number,
): void {
  const bytes = new Uint8Array(memory.buffer);
  const judged: number[] = [];
  let at = 0;
  new Uint32Array(memory.buffer, runs, runCount).forEach((length, i) => {
    if (i % 2 === 1) judged.push(agreeingOf(bytes, a + at, b + at, length));
    if (i % 2 === 1) judged.push(zeroBlocks(bytes, b + at, length, blockBytes));
    at += length;
  });
  new Uint32Array(memory.buffer, out, judged.length).set(judged);
}

function agreeingOf(bytes: Uint8Array, a: number, b: number, length: number): number {
  const probes = Math.min(32, Math.ceil(length / 3000));
  const probeBytes = Math.min(64, length);
  let agreeing = 0;
  for (let probe = 0; probe < probes; probe++) {
    const start = Math.min(Math.floor(((probe + 0.5) * length) / probes), length - probeBytes);
    for (let i = start; i < start + probeBytes; i++) {
      if (bytes[b + i] === 0 || bytes[b + i] === bytes[a + i]) agreeing++;
    }
  }
  return agreeing;
}

function zeroBlocks(bytes: Uint8Array, data: number, length: number, blockBytes: number): number {
  let count = 0;
  for (let offset = 0; offset < length; offset += blockBytes) {
    const block = bytes.subarray(data + offset, data + Math.min(offset + blockBytes, length));
    if (block.every((byte) => byte === 0)) count++;
  }
  return count;
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
