import path from 'path';

/** The path of the Node binary that the npm package `node` brings along. */
export function ownNode(root) {
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  return path.join(root, 'node_modules', 'node', 'bin', binary);
}
