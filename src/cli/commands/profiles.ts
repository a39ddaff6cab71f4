import type { Command } from '../command.js';

/** Lists the shipped profiles, or shows one as it is resolved: also the way to check a profile file. */
export const profiles: Command = {
  name: 'profiles',
  summary: 'list the profiles, or check and show one',
  positionals: [
    {
      name: 'PROFILE',
      describe: 'a shipped profile, or a profile file',
      completes: 'profile',
      optional: true,
    },
  ],
  options: {},
  examples: ['profiles', 'profiles thin-link', 'profiles ./our-profile.yaml'],
  async run(input) {
    const { loadProfile, shippedProfileNames } = await import('../../engine/profile/read.js');
    const [given] = input.positionals('PROFILE');
    if (given !== undefined) {
      const profile = loadProfile(given);
      const { profileText } = await import('../text/profile.js');
      return { document: profile, text: profileText(profile), kind: 'answer' };
    }
    const all = shippedProfileNames().map(loadProfile);
    const { textTable } = await import('../../base/text-table.js');
    const rows = all.map(({ name, strategy, summary }) => [name, strategy.name, summary]);
    return {
      document: { profiles: all },
      text: textTable(['profile', 'strategy', 'for'], rows),
      kind: 'answer',
    };
  },
};
