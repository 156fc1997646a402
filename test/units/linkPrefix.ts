/** A generated file that is a link is written as this and its target. */
export const linkPrefix = "link:";
