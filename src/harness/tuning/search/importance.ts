/**
 * Which settings mattered: of the points of one family, the share of the variance of the score that the value of one setting explains on its own (eta squared: between the means of
 * its values, over all). Shares do not sum to 1: settings interact, and points are not drawn evenly.
 */
export interface Scored {
  /** Values by setting. */
  readonly settings: Readonly<Record<string, string>>;
  readonly score: number;
}

export interface Importance {
  readonly setting: string;
  /** 0 to 1. */
  readonly share: number;
  /** Each value with its mean score, best first. */
  readonly values: readonly { readonly value: string; readonly meanScore: number; readonly trials: number }[];
}

/** Of settings that had two values or more, the most important first. */
export function importances(scored: readonly Scored[]): Importance[] {
  const mean = average(scored);
  const total = scored.reduce((sum, { score }) => sum + (score - mean) ** 2, 0);
  const settings = [...new Set(scored.flatMap((item) => Object.keys(item.settings)))];
  return settings
    .flatMap((setting): Importance[] => {
      const groups = grouped(scored, setting);
      if (groups.size < 2 || total === 0) return [];
      const between = [...groups.values()].reduce(
        (sum, members) => sum + members.length * (average(members) - mean) ** 2,
        0,
      );
      const values = [...groups]
        .map(([value, members]) => ({ value, meanScore: average(members), trials: members.length }))
        .sort((a, b) => a.meanScore - b.meanScore);
      return [{ setting, share: between / total, values }];
    })
    .sort((a, b) => b.share - a.share);
}

function grouped(scored: readonly Scored[], setting: string): Map<string, Scored[]> {
  const groups = new Map<string, Scored[]>();
  for (const item of scored) {
    const value = item.settings[setting];
    if (value === undefined) continue;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [item]);
    else group.push(item);
  }
  return groups;
}

function average(scored: readonly Scored[]): number {
  return scored.reduce((sum, { score }) => sum + score, 0) / Math.max(1, scored.length);
}
