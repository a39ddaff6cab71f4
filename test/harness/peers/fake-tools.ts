/** Tools made of coreutils, as a user would describe them: one that works, one that is wrong, one that fails, one that hangs, one that is not there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Of this process's own, so that its sleepers can be told from others. */
export const hangSeconds = `77${process.pid}`;

export const fakeTools = {
  good: `
tool: good
summary: the target itself
version: { run: [echo, good tool, release 1.2.3 of today], pattern: 'release (\\S+)' }
variants:
  - name: good
    prepare: [[cp, '{base}', '{scratch}/kept']]
    diff: [[cp, '{target}', '{delta}']]
    apply: [{ run: [cat, '{delta}'], stdout: '{output}' }]
`,
  inexact: `
tool: inexact
summary: forgets all but 10 bytes
variants:
  - name: inexact
    diff: [[cp, '{target}', '{delta}']]
    apply: [{ run: [head, -c, '10', '{delta}'], stdout: '{output}' }]
`,
  failing: `
tool: failing
summary: complains and fails
variants:
  - name: failing
    diff: [[ls, --, '{scratch}/no such file']]
    apply: [['true']]
`,
  unprepared: `
tool: unprepared
summary: fails before the start
variants:
  - name: unprepared
    prepare: [['false']]
    diff: [['true']]
    apply: [['true']]
`,
  hanging: `
tool: hanging
summary: never ends, nor does its child
variants:
  - name: hanging
    diff: [[sh, -c, 'sleep ${hangSeconds} & wait']]
    apply: [['true']]
`,
  absent: `
tool: absent
summary: not installed
variants:
  - name: absent
    diff: [[a-program-that-nobody-has, '{target}', '{delta}']]
    apply: [['true']]
`,
} as const;
export type FakeTool = keyof typeof fakeTools;

/** A folder with the tool files and whatever a test writes beside them; removed at the end of the test file. */
export class ToolFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'snapdelta-peers-'));

  constructor() {
    afterAll(() => rmSync(this.path, { recursive: true, force: true }));
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  tool(name: FakeTool): string {
    return this.write(`${name}.yaml`, fakeTools[name]);
  }
}
