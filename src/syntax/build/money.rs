//! Declarations about money: attribution, and what only tables of rates may say.

use super::{Builder, Node};
use crate::ast::{Attribution, DurationLit, Meta, Model, ModelKind, Name};
use crate::diagnostics::Code;
use crate::syntax::grammar::Rule;
use crate::syntax::words::Place;

impl Builder<'_> {
    /// `valid for 31 days` says how long a rate holds; rows of other tables have no such end.
    pub(super) fn no_valid_for(&mut self, usable: Option<&DurationLit>) {
        if let Some(usable) = usable {
            self.fail(Code::MisplacedStatement, usable.span, "`valid for` belongs in a table of rates", |d| {
                d.help("say it of a metric: `valid for 90 days then missing`, or take it out")
            });
        }
    }

    pub(super) fn attribution(&mut self, touches: Name, block: Option<Node<'_>>, meta: &mut Vec<Meta>) -> Attribution {
        let mut out = Attribution {
            touches,
            amount: None,
            filter: None,
            when: None,
            at: None,
            to: None,
            lookback: None,
            model: None,
            once_per: Vec::new(),
            excluding: Vec::new(),
        };
        let Some(block) = block else { return out };
        let mut seen = Vec::new();
        self.block(block, Place::Attribution, |me, kid| {
            let (span, rule) = (me.span(&kid), kid.as_rule());
            let word = match rule {
                Rule::credit_amount => "amount",
                Rule::credit_where => "where",
                Rule::credit_when => "when",
                Rule::credit_at => "at",
                Rule::credit_to => "to",
                Rule::lookback => "lookback",
                Rule::credit_model => "model",
                Rule::once_per => "once",
                Rule::excluding => "excluding",
                _ => return me.meta(kid, meta, &mut seen),
            };
            let mut kids = me.kids(kid);
            if !me.once(&mut seen, word, span) {
                return;
            }
            match rule {
                Rule::credit_amount => {
                    let amount = me.next_expr(&mut kids, span);
                    out.amount = Some((amount, me.next_name(&mut kids)));
                }
                Rule::credit_where => out.filter = Some(me.next_expr(&mut kids, span)),
                Rule::credit_when => out.when = Some(me.next_expr(&mut kids, span)),
                Rule::credit_at => out.at = Some(me.next_name(&mut kids)),
                Rule::credit_to => out.to = Some(me.next_name(&mut kids)),
                Rule::lookback => out.lookback = Some(me.next_duration(&mut kids)),
                Rule::once_per => out.once_per = me.names_of(&mut kids),
                Rule::excluding => out.excluding = me.names_of(&mut kids),
                _ => {
                    let Some(kid) = kids.next() else { return };
                    let which = kid.as_rule();
                    let named = (which == Rule::name).then(|| me.name(&kid));
                    let mut inner = me.kids(kid);
                    let kind = match (which, named) {
                        (_, Some(name)) => ModelKind::Named(name),
                        (Rule::model_u, _) => ModelKind::U(me.next_expr(&mut inner, span)),
                        (Rule::model_w, _) => {
                            let share = me.next_expr(&mut inner, span);
                            ModelKind::W(share, me.next_expr(&mut inner, span))
                        }
                        _ => ModelKind::Decay(me.next_duration(&mut inner)),
                    };
                    out.model = Some(Model { kind, span });
                }
            }
        });
        out
    }
}
