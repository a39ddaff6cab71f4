/** Random structured programs, metered and run, beside an interpreter that counts as it goes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { meteredModule } from '../../.ci/meter.js';
import { assembled, wasm } from './assembler.js';

/** Statements that leave the stack as it was. Bits are of the function's argument; `outwards` counts labels that are no loop. */
type Statement =
  | { readonly kind: 'work'; readonly times: number }
  | { readonly kind: 'fill'; readonly bytes: number }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'loop'; readonly times: number; readonly body: readonly Statement[] }
  | {
      readonly kind: 'if';
      readonly bit: number;
      readonly yes: readonly Statement[];
      readonly no: readonly Statement[];
    }
  | {
      readonly kind: 'leave';
      readonly how: 'br' | 'brIf' | 'brTable' | 'return';
      readonly outwards: number;
      readonly bit: number;
    }
  | { readonly kind: 'call'; readonly ahead: number };
type Program = readonly (readonly Statement[])[];

const small = fc.integer({ min: 0, max: 4 });
const { body } = fc.letrec<{ body: Statement[]; statement: Statement }>((tie) => ({
  body: fc.array(tie('statement'), { maxLength: 4, depthIdentifier: 'nesting' }),
  statement: fc.oneof(
    { depthIdentifier: 'nesting', depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('work' as const), times: small }),
    fc.record({ kind: fc.constant('fill' as const), bytes: fc.integer({ min: 0, max: 60 }) }),
    fc.record({
      kind: fc.constant('leave' as const),
      how: fc.constantFrom('br' as const, 'brIf' as const, 'brTable' as const, 'return' as const),
      outwards: small,
      bit: small,
    }),
    fc.record({ kind: fc.constant('call' as const), ahead: small }),
    fc.record({ kind: fc.constant('block' as const), body: tie('body') }),
    fc.record({
      kind: fc.constant('loop' as const),
      times: fc.integer({ min: 1, max: 3 }),
      body: tie('body'),
    }),
    fc.record({ kind: fc.constant('if' as const), bit: small, yes: tie('body'), no: tie('body') }),
  ),
}));
const programs: fc.Arbitrary<Program> = fc.array(body, { minLength: 1, maxLength: 3 });

type Label = 'loop' | 'other';

/** How far out a branch goes, with loops among the labels: a branch to a loop's head might never end. */
function depthOf(labels: readonly Label[], outwards: number): number {
  const depths = labels.flatMap((label, depth) => (label === 'loop' ? [] : [depth]));
  return depths[outwards % depths.length] ?? 0;
}

/** The function that a call ahead reaches: always a later one, so that calls end. */
function calledBy(program: Program, index: number, ahead: number): number | undefined {
  const later = program.length - index - 1;
  return later === 0 ? undefined : index + 1 + (ahead % later);
}

function codeOf(program: Program, index: number): { locals: number[]; code: number[] } {
  const locals: number[] = [];
  const bitOf = (bit: number) => [
    ...[wasm.localGet, 0, wasm.i32Const, bit, wasm.i32ShrU, wasm.i32Const, 1, wasm.i32And],
  ];
  const leave = (
    { how, outwards, bit }: Statement & { kind: 'leave' },
    labels: readonly Label[],
  ): number[] => {
    const [first, second] = [depthOf(labels, outwards), depthOf(labels, outwards + 1)];
    switch (how) {
      case 'br':
        return [wasm.br, first];
      case 'brIf':
        return [...bitOf(bit), wasm.brIf, first];
      case 'brTable':
        return [...bitOf(bit), wasm.brTable, 1, first, second];
      case 'return':
        return [wasm.return];
    }
  };
  const write = (statement: Statement, labels: readonly Label[]): number[] => {
    switch (statement.kind) {
      case 'work':
        return Array.from({ length: statement.times }, () => [wasm.nop, wasm.i32Const, 1, wasm.drop]).flat();
      case 'fill':
        return [wasm.i32Const, 0, wasm.i32Const, 0, wasm.i32Const, statement.bytes, wasm.bulk, 11, 0];
      case 'block':
        return [wasm.block, wasm.empty, ...all(statement.body, ['other', ...labels]), wasm.end];
      case 'loop': {
        const local = 1 + locals.push(wasm.i32) - 1;
        return [
          ...[wasm.i32Const, statement.times, wasm.localSet, local, wasm.loop, wasm.empty],
          ...all(statement.body, ['loop', ...labels]),
          ...[
            wasm.localGet,
            local,
            wasm.i32Const,
            1,
            wasm.i32Sub,
            wasm.localTee,
            local,
            wasm.brIf,
            0,
            wasm.end,
          ],
        ];
      }
      case 'if': {
        const inner: readonly Label[] = ['other', ...labels];
        const no = statement.no.length === 0 ? [] : [wasm.else, ...all(statement.no, inner)];
        return [...bitOf(statement.bit), wasm.if, wasm.empty, ...all(statement.yes, inner), ...no, wasm.end];
      }
      case 'leave':
        return leave(statement, labels);
      case 'call': {
        const callee = calledBy(program, index, statement.ahead);
        return callee === undefined ? [] : [wasm.localGet, 0, wasm.call, callee];
      }
    }
  };
  const all = (statements: readonly Statement[], labels: readonly Label[]): number[] =>
    statements.flatMap((statement) => write(statement, labels));
  const code = all(program[index] ?? [], ['other']);
  return { locals, code };
}

/** Counts what function `index` executes. Leaving is a number: how many labels still to go out of; -1 goes on. */
function countOf(program: Program, index: number, argument: number): number {
  let count = 0;
  const bitCost = 5;
  const run = (statement: Statement, labels: readonly Label[]): number => {
    switch (statement.kind) {
      case 'work':
        count += 2 * statement.times;
        return -1;
      case 'fill':
        count += 4 + Math.ceil(statement.bytes / 16);
        return -1;
      case 'block':
        return all(statement.body, ['other', ...labels]);
      case 'loop':
        count += 2;
        for (let left = statement.times; left > 0; left--) {
          const out = all(statement.body, ['loop', ...labels]);
          if (out >= 0) return out;
          count += 5;
        }
        return -1;
      case 'if': {
        count += bitCost + 1;
        const isSet = ((argument >> statement.bit) & 1) === 1;
        return all(isSet ? statement.yes : statement.no, ['other', ...labels]);
      }
      case 'leave': {
        const bit = (argument >> statement.bit) & 1;
        const { how, outwards } = statement;
        count += how === 'brIf' || how === 'brTable' ? bitCost + 1 : 1;
        if (how === 'return') return labels.length - 1;
        if (how === 'brIf' && bit === 0) return -1;
        return depthOf(labels, how === 'brTable' ? outwards + bit : outwards);
      }
      case 'call': {
        const callee = calledBy(program, index, statement.ahead);
        if (callee !== undefined) count += 2 + countOf(program, callee, argument);
        return -1;
      }
    }
  };
  /** The statements of one label; what leaves it for good is one label less away. */
  const all = (statements: readonly Statement[], labels: readonly Label[]): number => {
    for (const statement of statements) {
      const out = run(statement, labels);
      if (out >= 0) return out - 1;
    }
    return -1;
  };
  all(program[index] ?? [], ['other']);
  return count;
}

it('counts what an interpreter counts', () => {
  let leftEarly = 0;
  fc.assert(
    fc.property(programs, fc.integer({ min: 0, max: 31 }), (program, argument) => {
      const functions = program.map((_, index) => ({ params: [wasm.i32], ...codeOf(program, index) }));
      const module = new WebAssembly.Module(meteredModule(assembled({ hasMemory: true, functions })));
      const { exports } = new WebAssembly.Instance(module);
      const counter = exports['instructions'] as WebAssembly.Global<'i64'>;
      (exports['f0'] as (argument: number) => void)(argument);
      const expected = countOf(program, 0, argument);
      expect(Number(counter.value)).toBe(expected);
      if (JSON.stringify(program[0]).includes('leave')) leftEarly++;
    }),
    { numRuns: 2000, seed: 3 },
  );
  expect(leftEarly).toBeGreaterThan(300);
});
