using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Sessions;

/// <summary>Puts a session, its document and who is online together as the API shows them.</summary>
internal sealed class SessionDescriber(ISessionDocuments documents, ISessionPresence presence, IOptions<SessionOptions> options)
{
    public async Task<SessionEnvelope> WithDocumentAsync(Session session, Guid callerId, CancellationToken cancellationToken)
    {
        var document = await documents.ReadAsync(session.Id, cancellationToken);
        return new SessionEnvelope(Describe(session, callerId) with
        {
            Files = document.Files,
            Content = document.Files.FirstOrDefault(file => file.Path == document.Entry)?.Content ?? "",
        });
    }

    public SessionResponse Describe(Session session, Guid callerId)
    {
        var online = presence.OnlineIn(session.Id);
        var role = session.Find(callerId)?.Role;
        return new SessionResponse
        {
            Id = session.Id,
            Title = session.Title,
            Description = session.Description,
            Language = session.Language,
            IsPublic = session.IsPublic,
            Owner = new UserNameResponse(session.Owner.UserId, session.Owner.Username),
            Role = role,
            Participants = [.. session.Participants
                .OrderBy(participant => participant.JoinedAt).ThenBy(participant => participant.UserId)
                .Select(participant => Describe(participant, online))],
            Settings = SettingsRules.Describe(session),
            HasPublicLink = session.PublicLink is not null,
            InviteCode = role >= SessionRole.Admin ? session.InviteCode : null,
            Stats = new StatsResponse(session.LastActivity, session.TotalExecutions, online.Count),
            ForkedFrom = session.ForkedFrom,
            ForksCount = session.ForksCount,
            CreatedAt = session.CreatedAt,
            UpdatedAt = session.UpdatedAt,
            Version = session.SettingsVersion,
            DeletedAt = session.DeletedAt,
            RestorableUntil = session.DeletedAt?.AddDays(options.Value.RestoreDays),
        };
    }

    public ParticipantEnvelope Describe(Session session, Participant participant) =>
        new(Describe(participant, presence.OnlineIn(session.Id)));

    private static ParticipantResponse Describe(Participant participant, IReadOnlySet<Guid> online) => new(
        new UserNameResponse(participant.UserId, participant.Username),
        participant.Role,
        participant.JoinedAt,
        online.Contains(participant.UserId),
        participant.IsGuest);
}
