/**
 * Cases of match search that are built only to be compared with: a rolling gear hash of 64 bytes at every position, against base windows at
 * multiples of as many bytes as anchors lie apart.
 */
import type { RivalInstance } from '../../../kernels/rivals.js';
import type { CaseDefinition } from './definition.js';
import { searchTarget, searchedNames } from './search.js';

const windowBytes = 64;
const stepBytesMin = 128;
/** The kernel takes fewer than 2^20 windows. */
const windowsMax = 1 << 19;

const rollingGearSearch: CaseDefinition<RivalInstance> = {
  kernel: 'rolling gear search',
  data: searchedNames,
  prepare: (setting, name) => {
    const { functions } = setting.instance;
    const { bytes } = setting;
    const stepBytes = Math.max(stepBytesMin, 2 ** Math.ceil(Math.log2(bytes / windowsMax)));
    const tableBits = Math.ceil(Math.log2(bytes / stepBytes)) + 1;
    const base = setting.data('random');
    const target = searchTarget(setting, name);
    const table = setting.window('gear table', 4 << tableBits, (window) =>
      functions.rollingGearIndex(base.pointer, bytes, stepBytes, window.pointer, tableBits),
    );
    const matches = setting.output((Math.ceil(bytes / windowBytes) + 1) * 12);
    return {
      pass: () =>
        functions.rollingGearSearch(
          base.pointer,
          bytes,
          target.pointer,
          bytes,
          stepBytes,
          table.pointer,
          tableBits,
          matches.pointer,
        ),
    };
  },
};

export const rivalSearchCases: readonly CaseDefinition<RivalInstance>[] = [rollingGearSearch];
