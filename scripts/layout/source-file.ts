import ts from 'typescript'

/** What the layout rules need to know about one TypeScript file. */
export type SourceFile = {
  /** Relative to the repository, with forward slashes. */
  path: string
  /** Every module this file names: imports, re-exports, dynamic imports and requires. */
  imports: readonly string[]
  /** Names it exports; `default` for the default export. */
  exports: ReadonlySet<string>
  /** Identifiers, literals and keywords: everything but comments. */
  tokens: readonly Token[]
  comments: string
  lineCount: number
}

type Token = { text: string; isAnyType: boolean }

export function readSourceFile(path: string, text: string): SourceFile {
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const { tokens, comments } = splitTokens(parsed)
  return {
    path,
    imports: ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName),
    exports: new Set(parsed.statements.flatMap(exportedNames)),
    tokens,
    comments,
    lineCount: text.trimEnd().split('\n').length,
  }
}

function splitTokens(file: ts.SourceFile): { tokens: Token[]; comments: string } {
  const tokens: Token[] = []
  let comments = ''
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return
    const children = node.getChildren(file)
    if (children.length > 0) {
      children.forEach(visit)
      return
    }
    comments += file.text.slice(node.getFullStart(), node.getStart(file))
    tokens.push({ text: node.getText(file), isAnyType: node.kind === ts.SyntaxKind.AnyKeyword })
  }
  visit(file)
  return { tokens, comments }
}

function exportedNames(statement: ts.Statement): string[] {
  if (ts.isExportAssignment(statement)) return ['default']
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause
    return clause && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : []
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  const has = (kind: ts.SyntaxKind) => modifiers.some((modifier) => modifier.kind === kind)
  if (!has(ts.SyntaxKind.ExportKeyword)) return []
  if (has(ts.SyntaxKind.DefaultKeyword)) return ['default']
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  }
  return ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) ? [statement.name?.text ?? ''] : []
}
