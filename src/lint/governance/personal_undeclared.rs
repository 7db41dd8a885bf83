//! `personal-undeclared`: its page is below.

use crate::ast::{AttributeKind, ItemKind, TypeExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// A column about a person that is not declared personal.
pub const LINT: Lint = Lint {
    code: Code::PersonalUndeclared,
    options: &[],
    run,
    page: r##"# personal-undeclared

A column is called like something about a person and is not declared `personal`.

What is `personal` is masked in reports, exports and logs unless somebody asks for it. A mail address that is not declared so ends up
in a shared spreadsheet.

## Avoid

```laud
table account { id text key }

table contact of account {
  id     text key
  # warning: personal-undeclared
  email  text
}
```

## Prefer

```laud
table account { id text key }

table contact of account {
  id     text key
  email  text personal
}
```
"##,
};

/// Names of columns that hold what tells one person from another.
const NAMES: [&str; 18] = [
    "email",
    "e_mail",
    "email_address",
    "mail_address",
    "phone",
    "phone_number",
    "telephone",
    "mobile_number",
    "first_name",
    "last_name",
    "full_name",
    "contact_name",
    "contact_email",
    "contact_phone",
    "respondent_name",
    "user_email",
    "home_address",
    "ip_address",
];

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let fields = match &item.kind {
            ItemKind::Table(table) => &table.fields,
            ItemKind::Events(events) => &events.fields,
            _ => continue,
        };
        for field in fields {
            let personal = field.attributes.iter().any(|attribute| attribute.kind == AttributeKind::Personal);
            let text = matches!(field.ty.kind, TypeExprKind::Text);
            if text && !personal && NAMES.contains(&field.name.text.to_lowercase().as_str()) {
                let end = Span { start: field.ty.span.end, ..field.ty.span };
                let message = format!("`{}` tells who somebody is, and is shown to everybody", field.name.text);
                found.push(
                    Diagnostic::new(Code::PersonalUndeclared, field.name.span, message)
                        .label(format!("a column of `{}`, not `personal`", item.name.text))
                        .fix("declare it `personal`", end, " personal"),
                );
            }
        }
    }
}
