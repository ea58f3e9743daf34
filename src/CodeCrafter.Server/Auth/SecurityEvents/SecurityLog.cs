using System.Buffers.Binary;
using CodeCrafter.Server.Platform;

namespace CodeCrafter.Server.Auth.SecurityEvents;

/// <summary>Who does something, and from where.</summary>
internal sealed record SecurityActor(UserName User, string Address)
{
    /// <summary>The caller of a request; null where nobody is logged in, or there is no request.</summary>
    public static SecurityActor? Of(HttpContext? context) => context?.User.Identity?.IsAuthenticated == true
        ? new SecurityActor(new UserName(context.User.GetUserId(), context.User.GetUsername()), ClientAddress.Of(context))
        : null;
}

/// <summary>
/// Writes the security log, which administrators read at <c>GET /api/admin/security-events</c> and the operator in the
/// server's own log.
/// </summary>
internal sealed partial class SecurityLog(ISecurityEventStore store, TimeProvider clock, ILogger<SecurityLog> logger)
{
    private readonly Lock _lock = new();
    private long _millisecond;
    private int _saidInIt;

    /// <summary>Something that a user did about their own account, or that was tried on it.</summary>
    public Task WriteAsync(SecurityEventType type, UserName? user, string? address, string? detail = null)
    {
        var (id, at) = Next();
        return WriteAsync(new SecurityEvent
        {
            Id = id,
            At = at,
            Type = type,
            UserId = user?.Id,
            Username = user?.Username,
            Address = address,
            Detail = detail,
        });
    }

    /// <summary>Something that somebody did, in a session or to another user; without a user to themselves.</summary>
    public Task WriteAsync(SecurityEventType type, SecurityActor? actor, Guid? sessionId, UserName? user = null, string? detail = null)
    {
        var (about, by) = (user ?? actor?.User, actor?.User);
        by = by?.Id == about?.Id ? null : by;
        var (id, at) = Next();
        return WriteAsync(new SecurityEvent
        {
            Id = id,
            At = at,
            Type = type,
            UserId = about?.Id,
            Username = about?.Username,
            ActorId = by?.Id,
            ActorUsername = by?.Username,
            SessionId = sessionId,
            Address = actor?.Address,
            Detail = detail,
        });
    }

    // To the end, even for a caller who has gone. What cannot be stored is in the server's own log, and what it tells of
    // has happened: it does not fail for it.
    private async Task WriteAsync(SecurityEvent securityEvent)
    {
        LogEvent(
            securityEvent.Type, securityEvent.Username, securityEvent.ActorUsername, securityEvent.SessionId, securityEvent.Address, securityEvent.Detail);
        try
        {
            await store.AddAsync(securityEvent, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogNotStored(exception, securityEvent.Type, securityEvent.Username);
        }
    }

    // What is said in one millisecond is listed in the order in which it was said: a counter stands where version 7 of UUIDs has
    // its first random bits (RFC 9562, 6.2, method 1).
    private (Guid Id, DateTimeOffset At) Next()
    {
        var now = clock.GetUtcNow();
        Span<byte> id = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(id, bigEndian: true, out _);
        lock (_lock)
        {
            var millisecond = now.ToUnixTimeMilliseconds();
            _saidInIt = millisecond == _millisecond ? Math.Min(_saidInIt + 1, 0xfff) : 0;
            _millisecond = millisecond;
            BinaryPrimitives.WriteUInt16BigEndian(id[6..], (ushort)(0x7000 | _saidInIt));
        }

        return (new Guid(id, bigEndian: true), now);
    }

    [LoggerMessage(LogLevel.Information, "{Type}: user {Username}, by {Actor}, session {SessionId}, from {Address}, {Detail}")]
    private partial void LogEvent(SecurityEventType type, string? username, string? actor, Guid? sessionId, string? address, string? detail);

    [LoggerMessage(LogLevel.Error, "{Type} of user {Username} could not be stored in the security log")]
    private partial void LogNotStored(Exception exception, SecurityEventType type, string? username);
}
