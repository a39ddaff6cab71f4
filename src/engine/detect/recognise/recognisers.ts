/**
 * Recognisers: small parts that know a kind of data well enough to say where to look for it, or how finely. Each may be switched off. What they say is a
 * hint: wrong, it costs bytes, and never exactness, since everything is compared afterwards.
 */
export const recogniserNames = ['ext4', 'postgresql', 'renames', 'sqlite', 'tar'] as const;
export type RecogniserName = (typeof recogniserNames)[number];
