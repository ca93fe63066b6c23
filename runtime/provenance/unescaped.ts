export function unescaped(text: string): readonly string[] { return [text] }
