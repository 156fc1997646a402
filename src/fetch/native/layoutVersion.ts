/** To be raised whenever the same host would be laid out differently, so that older trees are not taken. */
export const layoutVersion = "1";
