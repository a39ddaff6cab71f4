import { describe, expect, it } from 'vitest';
import { createWasmKernels } from '../../src/kernels/load.js';
import { workspaceMemoryBytes } from '../../src/kernels/workspace.js';
import { WorkspacePool } from '../../src/kernels/workspace-pool.js';

function countingPool(): { readonly pool: WorkspacePool; readonly made: () => number } {
  let made = 0;
  const pool = new WorkspacePool('plain', () => {
    made++;
    return createWasmKernels();
  });
  return { pool, made: () => made };
}

it('a workspace fits the memory that it begins with, with windows beside it', () => {
  const { workspace } = new WorkspacePool().borrow();
  const { memory } = workspace.kernels;
  const before = memory.buffer;
  workspace.arena.reserve(2 ** 20);
  expect(memory.buffer).toBe(before);
  expect(before.byteLength).toBe(Math.ceil(workspaceMemoryBytes / 65_536) * 65_536);
});

describe('WorkspacePool', () => {
  it('lends what was given back, with its arena as it was', () => {
    const { pool, made } = countingPool();
    const first = pool.borrow();
    const window = first.workspace.arena.reserve(100);
    first.giveBack();
    const second = pool.borrow();
    expect(second.workspace).toBe(first.workspace);
    expect(second.workspace.arena.reserve(100).pointer).toBe(window.pointer);
    expect(made()).toBe(1);
  });

  it('makes one more where all are lent, and keeps four', () => {
    const { pool, made } = countingPool();
    const lent = Array.from({ length: 5 }, () => pool.borrow());
    expect(new Set(lent.map(({ workspace }) => workspace)).size).toBe(5);
    for (const each of lent) each.giveBack();
    const again = Array.from({ length: 5 }, () => pool.borrow());
    expect(made()).toBe(6);
    expect(new Set(again.map(({ workspace }) => workspace)).size).toBe(5);
  });

  it('never lends twice what was given back twice', () => {
    const { pool } = countingPool();
    const lent = pool.borrow();
    lent.giveBack();
    lent.giveBack();
    expect(pool.borrow().workspace).not.toBe(pool.borrow().workspace);
  });

  it('does not keep a workspace whose memory has grown beyond 128 MiB', () => {
    const { pool } = countingPool();
    const lent = pool.borrow();
    lent.workspace.arena.reserve(80 * 2 ** 20);
    lent.giveBack();
    expect(pool.borrow().workspace).not.toBe(lent.workspace);
  });
});
