using System.Threading.Channels;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Auth.SecurityEvents;

namespace CodeCrafter.Server.Sessions;

/// <summary>Something that happened to a session and that those who are connected to it must hear of.</summary>
internal abstract record SessionEvent(Guid SessionId);

/// <summary>A user joined or was added.</summary>
internal sealed record ParticipantAdded(Guid SessionId, Guid UserId, string Username, SessionRole Role) : SessionEvent(SessionId);

/// <summary>A participant has another role now.</summary>
internal sealed record ParticipantRoleChanged(Guid SessionId, Guid UserId, string Username, SessionRole Role) : SessionEvent(SessionId);

/// <summary>A participant left or was removed: their connections to the session end.</summary>
internal sealed record ParticipantRemoved(Guid SessionId, Guid UserId, string Username, bool ByOwnWish) : SessionEvent(SessionId);

/// <summary>Title, settings or the like changed.</summary>
internal sealed record SessionChanged(Guid SessionId) : SessionEvent(SessionId);

/// <summary>The session is gone: all connections to it end.</summary>
internal sealed record SessionRemoved(Guid SessionId) : SessionEvent(SessionId);

/// <summary>Who may come in changed, of which only the security log tells.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="What">What changed.</param>
/// <param name="User">Whom it is about, where that is not who did it.</param>
/// <param name="Detail">A few words, such as a role.</param>
internal sealed record AccessChanged(Guid SessionId, SecurityEventType What, UserName? User = null, string? Detail = null) : SessionEvent(SessionId);

/// <summary>
/// Carries session events from the requests that cause them to Collaboration, which drains them, and with who caused
/// them to the security log.
/// </summary>
internal sealed class SessionEvents(IHttpContextAccessor requests)
{
    // Unbounded, since an event must not be lost and each costs a stored request.
    private readonly Channel<SessionEvent> _channel =
        Channel.CreateUnbounded<SessionEvent>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Channel<(SessionEvent Event, SecurityActor? By)> _causes =
        Channel.CreateUnbounded<(SessionEvent, SecurityActor?)>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>The events, in order; for one reader.</summary>
    public ChannelReader<SessionEvent> Reader => _channel.Reader;

    /// <summary>The events with who caused them; for one reader, too.</summary>
    public ChannelReader<(SessionEvent Event, SecurityActor? By)> Causes => _causes.Reader;

    /// <summary>Call after the change is stored.</summary>
    public void Publish(SessionEvent sessionEvent)
    {
        _channel.Writer.TryWrite(sessionEvent);
        _causes.Writer.TryWrite((sessionEvent, SecurityActor.Of(requests.HttpContext)));
    }

    /// <summary>For the security log alone. Call after the change is stored.</summary>
    public void Note(AccessChanged change) => _causes.Writer.TryWrite((change, SecurityActor.Of(requests.HttpContext)));

    /// <summary>Ends <see cref="Causes"/> after what is in it.</summary>
    public void EndCauses() => _causes.Writer.TryComplete();
}
