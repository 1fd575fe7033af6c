/** Sizes of text to choose from, in per cent. */
export const TEXT_SIZES = [90, 100, 125, 150, 200] as const;
