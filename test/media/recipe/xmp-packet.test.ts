import { expect, test } from 'vitest';
import { recipeInXmp, xmpWithRecipe } from '../../../src/media/recipe/xmp-packet.ts';
import { catRecipe } from './recipe-support.ts';

const namespace = 'urn:runcomfy-batch:recipe:1/';
const packetOf = (content: string): string => `<x:xmpmeta><rdf:RDF>${content}</rdf:RDF></x:xmpmeta>`;

test('a packet made of recipes is left as it came, and takes no time to be looked through', () => {
  const declared = Array.from({ length: 8_000 }, (_, n) => `<a xmlns:p${n}="${namespace}"/>`).join('');
  const recipes = `<p0:recipe>x</p0:recipe>`.repeat(8_000);
  const packet = packetOf(declared + recipes);
  expect(xmpWithRecipe(packet, catRecipe)).toBeNull();
  expect(recipeInXmp(packet)).toBeNull();
});

test('a packet with a few of them loses them to the new one', () => {
  const packet = packetOf(`<a xmlns:p="${namespace}"/><p:recipe>x</p:recipe><p:recipe>y</p:recipe>`);
  const written = xmpWithRecipe(packet, catRecipe) as string;
  expect(written).not.toContain('<p:recipe>');
  expect(recipeInXmp(written)).toStrictEqual(catRecipe);
});
