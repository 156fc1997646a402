/** A Nix expression as it was written, with where it begins in its file. */
export type Expression = { readonly at: number } & (
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly parts: readonly (string | Expression)[] }
  /** `./a/b`, `../a`, `/a`, `~/a`, and `<nixpkgs>`. */
  | { readonly kind: "path"; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "set"; readonly isRecursive: boolean; readonly bindings: readonly Bound[] }
  | { readonly kind: "function"; readonly parameter: Parameter; readonly body: Expression }
  | { readonly kind: "call"; readonly of: Expression; readonly argument: Expression }
  | { readonly kind: "let"; readonly bindings: readonly Bound[]; readonly body: Expression }
  | { readonly kind: "with"; readonly scope: Expression; readonly body: Expression }
  | { readonly kind: "assert"; readonly condition: Expression; readonly body: Expression }
  | { readonly kind: "if"; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  | {
      readonly kind: "select";
      readonly of: Expression;
      readonly path: AttributePath;
      readonly or?: Expression;
    }
  | { readonly kind: "has"; readonly of: Expression; readonly path: AttributePath }
  | {
      readonly kind: "operation";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "unary"; readonly operator: "!" | "-"; readonly of: Expression }
);

/** Names of attributes; what is no text is to be evaluated: `packages.${system}`. */
export type AttributePath = readonly (string | Expression)[];

export type Bound =
  | {
      readonly kind: "binding";
      readonly path: AttributePath;
      readonly value: Expression;
      readonly at: number;
    }
  | {
      readonly kind: "inherit";
      readonly from?: Expression;
      readonly names: readonly string[];
      readonly at: number;
    };

export type Parameter =
  | { readonly kind: "name"; readonly name: string }
  | {
      readonly kind: "fields";
      readonly fields: readonly { readonly name: string; readonly fallback?: Expression }[];
      /** Whether it takes others, too: `...`. */
      readonly isOpen: boolean;
      readonly whole?: string;
    };
