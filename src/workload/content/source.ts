/**
 * A source: an endless stream of bytes that can be read at any offset, a pure function of a seed and the offset.
 *
 * A stream is divided into cells of a fixed size, each drawn on its own. The last cell drawn is kept, since neighbouring short reads
 * (pieces, pages) mostly fall into one cell; this changes the cost, never the bytes.
 */

export interface Source {
  /** Fills `into` with the stream's bytes at [offset, offset + into.length). */
  fill(offset: number, into: Uint8Array): void;
}

/** Draws cell number `cell` into all of `into`, always `cellBytes` long. */
export type CellDrawer = (cell: number, into: Uint8Array, view: DataView) => void;

export function cellSource(cellBytes: number, draw: CellDrawer): Source {
  const scratch = new Uint8Array(cellBytes);
  const scratchView = new DataView(scratch.buffer);
  let held = -1;
  return {
    fill(offset, into) {
      let at = 0;
      while (at < into.length) {
        const cell = Math.floor((offset + at) / cellBytes);
        const within = offset + at - cell * cellBytes;
        const length = Math.min(cellBytes - within, into.length - at);
        if (length === cellBytes) {
          draw(
            cell,
            into.subarray(at, at + cellBytes),
            new DataView(into.buffer, into.byteOffset + at, cellBytes),
          );
        } else {
          if (held !== cell) {
            draw(cell, scratch, scratchView);
            held = cell;
          }
          into.set(scratch.subarray(within, within + length), at);
        }
        at += length;
      }
    },
  };
}

/** Nothing but zero bytes. */
export const zeroSource: Source = { fill: (_offset, into) => into.fill(0) };

/** Stretches of `stretchBytes`, each taken from the source that `choose` names, at the stream's own offset. */
export function patchworkSource(stretchBytes: number, choose: (stretch: number) => Source): Source {
  return {
    fill(offset, into) {
      for (let at = 0; at < into.length;) {
        const stretch = Math.floor((offset + at) / stretchBytes);
        const length = Math.min((stretch + 1) * stretchBytes - offset - at, into.length - at);
        choose(stretch).fill(offset + at, into.subarray(at, at + length));
        at += length;
      }
    },
  };
}
