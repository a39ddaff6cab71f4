/** Measures of `bench kernels`, timed and exact: of our kernels, not of the twins and peers beside them. */
import { formatBytes } from '../../../base/units.js';
import type { Measure } from '../../verdict/measure.js';
import type { ExactKernelResults } from '../exact-kernel-results.js';
import type { KernelResults } from '../kernel-results.js';

export function kernelMeasures({ rows }: KernelResults): Measure[] {
  return rows
    .filter(({ implementation }) => implementation === 'wasm')
    .flatMap((row): Measure[] => {
      const path = `${row.kernel}/${row.data}/${formatBytes(row.blockBytes)}`;
      const { wasmInstructionsPerByte, encodedShare } = row;
      return [
        sampled(`${path}/speed`, 'GB/s', row.speeds ?? []),
        ...(wasmInstructionsPerByte === null
          ? []
          : [exact(`${path}/instructionsPerByte`, wasmInstructionsPerByte)]),
        ...(encodedShare === null ? [] : [exact(`${path}/encodedShare`, encodedShare)]),
      ];
    });
}

export function exactKernelMeasures({ rows }: ExactKernelResults): Measure[] {
  return rows.map(({ kernel, data, blockBytes, instructions }) =>
    exact(`${kernel}/${data}/${formatBytes(blockBytes)}/instructions`, instructions),
  );
}

function exact(metric: string, value: number): Measure {
  return { metric, unit: '1', direction: 'less', kind: 'exact', values: [value] };
}

function sampled(metric: string, unit: string, values: readonly number[]): Measure {
  return { metric, unit, direction: 'more', kind: 'sampled', values: [...values] };
}
