/**
 * A text with a few faults in it, as disks, merges and hurried hands make them: flipped bits, cut ends, words
 * that changed places, doubled or lost lines.
 *
 * @param random gives numbers from 0 up to, not including, 1
 */
export function damagedText(text: string, random: () => number): string {
  const times = 1 + Math.floor(random() * 3);
  let damaged = text;
  for (let time = 0; time < times; time++) {
    const fault = faults[Math.floor(random() * faults.length)];
    if (fault) damaged = fault(damaged, random);
  }
  return damaged;
}

type Fault = (text: string, random: () => number) => string;

const faults: readonly Fault[] = [flipBit, cutEnd, swapWords, doubleLine, loseLine, conflictMarker];

function flipBit(text: string, random: () => number): string {
  const bytes = Buffer.from(text);
  const at = place(bytes.length, random);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  return bytes.toString();
}

function cutEnd(text: string, random: () => number): string {
  return text.slice(0, place(text.length, random));
}

function swapWords(text: string, random: () => number): string {
  const words = text.split(/(\s+|[="[\]{},.])/);
  const [one, other] = [place(words.length, random), place(words.length, random)];
  const [first = "", second = ""] = [words[one], words[other]];
  words[one] = second;
  words[other] = first;
  return words.join("");
}

function doubleLine(text: string, random: () => number): string {
  const lines = text.split("\n");
  const at = place(lines.length, random);
  return [...lines.slice(0, at + 1), ...lines.slice(at)].join("\n");
}

function loseLine(text: string, random: () => number): string {
  const lines = text.split("\n");
  lines.splice(place(lines.length, random), 1);
  return lines.join("\n");
}

function conflictMarker(text: string, random: () => number): string {
  const lines = text.split("\n");
  lines.splice(place(lines.length, random), 0, "<<<<<<< HEAD");
  return lines.join("\n");
}

function place(length: number, random: () => number): number {
  return Math.floor(random() * length);
}
