//! The officers of a node, and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use openline_core::LineId;

use super::proof::is_token;
use super::{Actor, Officer, OfficerName, Proof, Role};

/// A line, as rights and policies tell lines apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineTag {
    pub(crate) id: LineId,
    pub(crate) title: String,
    pub(crate) level: String,
}

/// All officers, revoked ones too.
///
/// While there are none, whoever sits at the machine may do everything. From the first officer on, each act needs its role.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roster {
    officers: BTreeMap<OfficerName, (Officer, Proof)>,
    /// Whether the administrator of this machine may act in every role although there are officers.
    administrator_may_act: bool,
}

impl Roster {
    pub(crate) fn new(administrator_may_act: bool) -> Self {
        Self {
            administrator_may_act,
            ..Self::default()
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.officers.len()
    }

    pub(crate) fn put(&mut self, officer: Officer, proof: Proof) {
        self.officers.insert(officer.name.clone(), (officer, proof));
    }

    pub(crate) fn find(&self, name: &str) -> Option<&(Officer, Proof)> {
        self.all()
            .find(|(officer, _)| officer.name.as_str() == name)
    }

    /// By name.
    pub(crate) fn all(&self) -> impl Iterator<Item = &(Officer, Proof)> {
        self.officers.values()
    }

    /// Who proves himself by this token.
    pub(crate) fn actor_of(&self, token: &str) -> Option<Actor> {
        if !is_token(token) {
            return None;
        }
        self.all()
            .find(|(_, proof)| proof.accepts(token))
            .map(|(officer, _)| Actor::Officer(officer.name.clone()))
    }

    /// Whether the actor holds one of the roles: on the line, if it is about one.
    pub(crate) fn may(&self, actor: &Actor, roles: &[Role], line: Option<&LineTag>) -> bool {
        match actor {
            Actor::Administrator => {
                self.officers.is_empty()
                    || self.administrator_may_act
                    || roles.contains(&Role::Administrator)
            }
            Actor::Node => false,
            Actor::Officer(name) => self
                .officers
                .get(name)
                .is_some_and(|known| holds(known, roles, line)),
        }
    }

    /// Whether the actor may look at a line: in whatever role, it must be one of his.
    pub(crate) fn sees(&self, actor: &Actor, line: &LineTag) -> bool {
        match actor {
            Actor::Administrator | Actor::Node => true,
            Actor::Officer(_) => self.may(actor, &Role::ALL, Some(line)),
        }
    }

    /// Who holds one of the roles.
    pub(crate) fn holders(&self, roles: &[Role], line: Option<&LineTag>) -> Vec<&str> {
        self.all()
            .filter(|known| holds(known, roles, line))
            .map(|(officer, _)| officer.name.as_str())
            .collect()
    }

    /// Why an act is refused: the roles that it needs, and who holds them.
    pub(crate) fn refusal(&self, actor: &Actor, roles: &[Role], line: Option<&LineTag>) -> String {
        let roles_once: BTreeSet<Role> = roles.iter().copied().collect();
        let words: Vec<&str> = roles_once.into_iter().map(Role::word).collect();
        let role = words.join(" or ");
        let place = line.map_or_else(String::new, |line| {
            format!(" on the line \"{}\"", line.title)
        });
        let holders = self.holders(roles, line);
        let who = if holders.is_empty() {
            "nobody here has it: openline officer add".to_owned()
        } else {
            format!("who has it: {}", holders.join(", "))
        };
        format!("this needs the role {role}{place}, which {actor} does not hold; {who}")
    }
}

fn holds((officer, proof): &(Officer, Proof), roles: &[Role], line: Option<&LineTag>) -> bool {
    proof.revoked_ms.is_none()
        && roles.iter().any(|role| officer.roles.contains(role))
        && line.is_none_or(|line| officer.lines.iter().any(|scope| scope.holds(line)))
}

#[cfg(test)]
mod tests {
    use openline_core::Hash;

    use super::*;
    use crate::officers::{Scope, Token};

    fn tag(byte: u8) -> LineTag {
        LineTag {
            id: LineId(Hash([byte; 32])),
            title: "Watch line".to_owned(),
            level: "watch".to_owned(),
        }
    }

    fn actor(name: &str) -> Actor {
        Actor::Officer(OfficerName::new(name).expect("a name"))
    }

    fn roster() -> (Roster, Token) {
        let mut roster = Roster::default();
        let token = Token::fresh();
        let officer = Officer {
            name: OfficerName::new("watch-1").expect("a name"),
            roles: [Role::Drafter, Role::DutyOfficer].into(),
            lines: vec![Scope::Line(tag(1).id)],
        };
        roster.put(officer, Proof::of(&token, 0));
        (roster, token)
    }

    #[test]
    fn without_officers_the_administrator_may_do_everything() {
        let roster = Roster::default();
        assert!(roster.may(&Actor::Administrator, &[Role::Releaser], Some(&tag(1))));
        assert!(!roster.may(&Actor::Node, &[Role::Releaser], Some(&tag(1))));
        assert!(!roster.may(&actor("watch-1"), &Role::ALL, None));
    }

    #[test]
    fn an_officer_holds_his_roles_on_his_lines_until_he_is_revoked() {
        let (mut roster, token) = roster();
        let watch = actor("watch-1");
        assert_eq!(roster.actor_of(token.text()), Some(watch.clone()));
        assert!(roster.may(&watch, &[Role::Drafter], Some(&tag(1))));
        assert!(!roster.may(&watch, &[Role::Drafter], Some(&tag(2))));
        assert!(!roster.may(&watch, &[Role::Releaser], Some(&tag(1))));
        assert!(roster.sees(&watch, &tag(1)) && !roster.sees(&watch, &tag(2)));
        let (officer, mut proof) = roster.find("watch-1").cloned().expect("known");
        proof.revoked_ms = Some(1);
        roster.put(officer, proof);
        assert!(!roster.may(&watch, &[Role::Drafter], Some(&tag(1))));
        assert!(!roster.sees(&watch, &tag(1)));
        assert_eq!(roster.actor_of(token.text()), None);
    }

    #[test]
    fn with_officers_the_administrator_administers_and_no_more_unless_he_may_act() {
        let (mut roster, _) = roster();
        let machine = Actor::Administrator;
        assert!(roster.may(&machine, &[Role::Administrator], None));
        assert!(!roster.may(&machine, &[Role::Releaser], Some(&tag(1))));
        roster.administrator_may_act = true;
        assert!(roster.may(&machine, &[Role::Releaser], Some(&tag(1))));
    }

    #[test]
    fn a_refusal_names_the_role_and_who_has_it() {
        let (roster, _) = roster();
        let line = tag(1);
        let words = roster.refusal(&Actor::Administrator, &[Role::Drafter], Some(&line));
        assert!(
            words.contains("drafter") && words.contains("who has it: watch-1"),
            "{words}"
        );
        let words = roster.refusal(&actor("watch-1"), &[Role::Releaser], Some(&line));
        assert!(words.contains("nobody here has it"), "{words}");
    }
}
