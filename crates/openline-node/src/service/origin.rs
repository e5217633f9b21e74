//! "Is this from you?", and announced calls.

use openline_core::Hash;
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::origin::{Announcement, Finding, Origin, OriginQuery};
use openline_desk::origin::{Codes, Inquiry};
use openline_proto::DraftContent;
use openline_store::StoredEntry;

use super::entries::{Looking, place_text};
use super::{Answer, Service, names};
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::view::{
    AnnounceRequest, AnnouncementView, FindingRequest, FindingView, InquiryView, OriginRequest,
    ReleasedView,
};

impl Service {
    /// Asks the other parties whether an act outside the line was theirs.
    ///
    /// # Errors
    /// The rule that it would break.
    pub async fn ask_origin(&self, request: OriginRequest) -> Answer<ReleasedView> {
        let line = self.resolve_line(&request.line).await?;
        let body = OriginQuery {
            channel: names::channel(&request.channel)?,
            time: request.time_ms.unwrap_or_else(wall_ms),
            what: request.what,
            sha256: request.sha256.as_deref().map(hash).transpose()?,
        };
        self.release_other(Outgoing {
            line,
            post: request.post,
            message_type: names::message_type(&request.message_type)?,
            time: None,
            refs: Vec::new(),
            content: DraftContent::Other {
                kind: Kind::OriginQuery,
                body: body.encode(),
            },
        })
        .await
    }

    /// Says whether what another party asks about was ours.
    ///
    /// # Errors
    /// The rule that it would break; [`ServiceError::Conflict`] for what is no origin query of another party.
    pub async fn find_origin(&self, request: FindingRequest) -> Answer<ReleasedView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let origin = names::origin(&request.origin)?;
        let message_type = self
            .read(move |reader| {
                let entry = Looking::at(reader, line)?.entry(of)?;
                if entry.header.kind == Kind::OriginQuery {
                    return Ok(entry.header.message_type);
                }
                let words = format!(
                    "{} is a {}, no origin query; openline origin list shows what was asked",
                    place_text(of),
                    entry.header.kind.word()
                );
                Err(ServiceError::Conflict(words))
            })
            .await?;
        let body = Finding {
            origin,
            words: request.words,
        };
        self.about(
            line,
            request.post,
            Kind::Finding,
            of,
            message_type,
            body.encode(),
        )
        .await
    }

    /// What was asked on a line, newest first, with what has been found.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn inquiries(&self, line: &str) -> Answer<Vec<InquiryView>> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| inquiries(&Looking::at(reader, line)?))
            .await
    }

    /// Announces a call or another contact outside the line. Both sides compute its codes from the entry.
    ///
    /// # Errors
    /// The rule that it would break; [`ServiceError::Unusable`] for a window that ends before it begins.
    pub async fn announce(&self, request: AnnounceRequest) -> Answer<AnnouncementView> {
        let line = self.resolve_line(&request.line).await?;
        if request.to_ms <= request.from_ms {
            let words = "the window ends before it begins: give from and to in UTC, to after from";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        let body = Announcement {
            channel: names::channel(&request.channel)?,
            window: (request.from_ms, request.to_ms),
            who: request.who,
            whom: request.whom,
            words: request.words,
        };
        let released = self
            .release_other(Outgoing {
                line,
                post: request.post,
                message_type: names::message_type(&request.message_type)?,
                time: None,
                refs: Vec::new(),
                content: DraftContent::Other {
                    kind: Kind::Announcement,
                    body: body.encode(),
                },
            })
            .await?;
        let all = self.announcements(&request.line).await?;
        let own = all.into_iter().find(|view| view.place == released.place);
        own.ok_or_else(|| ServiceError::Unavailable("the announcement can't be read".to_owned()))
    }

    /// What has been announced on a line, newest first, with the codes.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn announcements(&self, line: &str) -> Answer<Vec<AnnouncementView>> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| announcements(&Looking::at(reader, line)?))
            .await
    }
}

fn hash(text: &str) -> Answer<Hash> {
    let bad =
        || ServiceError::Unusable("sha256 is 64 hex digits; sha256sum FILE prints them".to_owned());
    let is_hex = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_hex {
        return Err(bad());
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| bad())?;
    }
    Ok(Hash(bytes))
}

/// Entries of a kind with their bodies, newest first.
fn newest(looking: &Looking<'_>, kind: Kind) -> Answer<Vec<StoredEntry>> {
    let mut entries = looking
        .reader
        .of_kind(looking.line, Some(kind))?
        .into_iter()
        .map(|place| looking.entry(place))
        .collect::<Answer<Vec<_>>>()?;
    entries.retain(|entry| entry.raw.body.is_some());
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.lamport, entry.place.party)));
    Ok(entries)
}

fn body_of(entry: &StoredEntry) -> &[u8] {
    entry.raw.body.as_ref().map_or(&[], |(_, body)| body)
}

fn inquiries(looking: &Looking<'_>) -> Answer<Vec<InquiryView>> {
    let mut views = Vec::new();
    for entry in newest(looking, Kind::OriginQuery)? {
        let query = OriginQuery::decode(body_of(&entry))?;
        let mut inquiry = Inquiry::new(entry.place, query);
        for place in looking.reader.referring(looking.line, entry.place)? {
            let found = looking.entry(place)?;
            let is_about = found.header.kind == Kind::Finding
                && found.header.message_type == entry.header.message_type;
            if is_about && found.raw.body.is_some() {
                inquiry.follow(place, Finding::decode(body_of(&found))?);
            }
        }
        views.push(inquiry_view(looking, entry.header.message_type, &inquiry)?);
    }
    Ok(views)
}

fn inquiry_view(
    looking: &Looking<'_>,
    message_type: MessageType,
    inquiry: &Inquiry,
) -> Answer<InquiryView> {
    let finding = |(place, finding): &(Ref, Finding)| {
        Ok(FindingView {
            party: looking.name(place.party),
            place: place_text(*place),
            origin: finding.origin.word().to_owned(),
            words: finding.words.clone(),
            time_ms: looking.entry(*place)?.header.time,
        })
    };
    let is_settled = |party| {
        let found = inquiry.findings.get(&party);
        found.is_some_and(|(_, finding)| finding.origin != Origin::LookingIntoIt)
    };
    let query = &inquiry.query;
    Ok(InquiryView {
        place: place_text(inquiry.place),
        asked_by: looking.name(inquiry.place.party),
        message_type: message_type.word().to_owned(),
        channel: query.channel.word().to_owned(),
        time_ms: query.time,
        what: query.what.clone(),
        sha256: query.sha256.map(|hash| hash.to_string()),
        findings: inquiry
            .findings
            .values()
            .map(finding)
            .collect::<Answer<_>>()?,
        waits_for: looking
            .founded
            .parties()
            .filter(|party| *party != inquiry.place.party && !is_settled(*party))
            .map(|party| looking.name(party))
            .collect(),
    })
}

fn announcements(looking: &Looking<'_>) -> Answer<Vec<AnnouncementView>> {
    let view = |entry: StoredEntry| {
        let body = Announcement::decode(body_of(&entry))?;
        let codes = Codes::of(&entry.leaf);
        Ok(AnnouncementView {
            place: place_text(entry.place),
            party: looking.name(entry.place.party),
            message_type: entry.header.message_type.word().to_owned(),
            channel: body.channel.word().to_owned(),
            from_ms: body.window.0,
            to_ms: body.window.1,
            who: body.who,
            whom: body.whom,
            words: body.words,
            first_code: codes.first,
            second_code: codes.second,
        })
    };
    newest(looking, Kind::Announcement)?
        .into_iter()
        .map(view)
        .collect()
}
