/** Cases of kernels that look at bytes one way or another: compare, zero test, histogram, sums of bytes. */
import type { CaseDefinition } from './definition.js';

const compare: CaseDefinition = {
  kernel: 'compare',
  data: ['equal'],
  prepare: (setting) => {
    const { functions } = setting.instance;
    const { bytes, blockBytes } = setting;
    const data = setting.data('random');
    const copy = setting.window('copy', bytes, (window) => window.u8().set(data.u8()));
    const runs = setting.output((setting.blocks + 1) * 4);
    return {
      pass: () => functions.compareRuns(data.pointer, copy.pointer, bytes, blockBytes, runs.pointer),
    };
  },
};

const zeroTest: CaseDefinition = {
  kernel: 'zero test',
  data: ['zeros'],
  prepare: (setting) => {
    const { functions } = setting.instance;
    const { bytes, blockBytes } = setting;
    const data = setting.data('zeros');
    const runs = setting.output((setting.blocks + 1) * 4);
    return { pass: () => functions.zeroRuns(data.pointer, bytes, blockBytes, runs.pointer) };
  },
};

const histogram: CaseDefinition = {
  kernel: 'histogram',
  data: ['random', 'text'],
  prepare: (setting, name) => {
    const { functions } = setting.instance;
    const data = setting.data(name === 'text' ? 'text' : 'random');
    const counts = setting.output(1024);
    return { pass: () => functions.histogram(data.pointer, setting.bytes, counts.pointer) };
  },
};

const addBytes: CaseDefinition = {
  kernel: 'add bytes',
  data: ['random'],
  prepare: (setting) => {
    const { functions } = setting.instance;
    const { bytes } = setting;
    const a = setting.data('random');
    const b = setting.data('text');
    const out = setting.output(bytes);
    return { pass: () => functions.addBytes(a.pointer, b.pointer, bytes, out.pointer) };
  },
};

export const byteCases: readonly CaseDefinition[] = [compare, zeroTest, histogram, addBytes];
