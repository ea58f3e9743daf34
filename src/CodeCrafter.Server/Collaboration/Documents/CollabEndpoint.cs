using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary><c>GET /collab/{sessionId}</c>: y-websocket's protocol, for members of the session.</summary>
internal static class CollabEndpoint
{
    public static void MapDocuments(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/collab/{sessionId:guid}", ConnectAsync).RequireAuthorization().OpenToVisitors().ExcludeFromDescription();

    private static async Task<IResult> ConnectAsync(
        Guid sessionId,
        HttpContext context,
        Rooms rooms,
        SessionAccess access,
        CollaborationMetrics metrics,
        OpenConnections connections,
        ServerOptions server,
        IHostApplicationLifetime lifetime,
        TimeProvider clock,
        IOptions<CollaborationOptions> options)
    {
        var userId = context.User.GetUserId();
        if (!context.WebSockets.IsWebSocketRequest)
        {
            return Problems.BadRequest("websocket_required", "This address takes WebSocket connections only.");
        }

        if (await access.FindAsync(sessionId, userId, context.RequestAborted) is not { } membership)
        {
            return SessionRefusal.NotFound.ToProblem();
        }

        DocumentSocket? opened = null;
        using var login = connections.TryAdd(context.User, () => Volatile.Read(ref opened)?.Close(CloseReason.LoginEnded));
        if (login is null)
        {
            return Problems.TooMany(
                context.Response, "too_many_connections", "There are as many connections as a user may have.", TimeSpan.FromMinutes(1));
        }

        await using var lease = await EnterAsync();
        using var webSocket = await context.WebSockets.AcceptWebSocketAsync();
        var socket = opened = new DocumentSocket(
            webSocket,
            new UserNameResponse(userId, context.User.GetUsername()),
            membership.Role,
            wantsAcks: context.Request.Query["acks"] == "1",
            server.RateLimits ? new MessagePace(options.Value.FramesPerSecond, options.Value.FrameBurst, clock) : null,
            options.Value,
            clock);
        if (lease is null)
        {
            socket.Close(CloseReason.Corrupt);
            await socket.RunAsync(_ => ValueTask.CompletedTask);
            return Results.Empty;
        }

        await using var expiry = CloseAtExpiry(socket, context, clock);
        // Before the web server waits for its connections to end; one that comes while the server stops is closed too.
        await using var stopping = lifetime.ApplicationStopping.Register(() => socket.Close(CloseReason.Stopping));
        metrics.SocketOpened();
        try
        {
            await lease.Room.PostAsync(new RoomCommand.Join(socket));
            await FollowRoleAsync();
            await socket.RunAsync(data => lease.Room.PostAsync(new RoomCommand.Frame(socket, data)));
        }
        finally
        {
            await lease.Room.PostAsync(new RoomCommand.Leave(socket));
            metrics.SocketClosed();
        }

        return Results.Empty;

        // Null where the document is corrupt: browsers tell a page the reason of a closed socket, not of a refused one.
        async Task<RoomLease?> EnterAsync()
        {
            try
            {
                return await rooms.EnterAsync(sessionId, context.RequestAborted);
            }
            catch (CorruptDocumentException)
            {
                return null;
            }
        }

        // Looked up again now that the room knows the socket: a change of role or a removal between the first look and
        // the joining would have found nobody to tell. Until it stays the same, lest an older answer comes last.
        async Task FollowRoleAsync()
        {
            SessionRole? told;
            var current = await FindRoleAsync();
            do
            {
                told = current;
                await lease.Room.PostAsync(told is { } role
                    ? new RoomCommand.ChangeRole(userId, role)
                    : new RoomCommand.Disconnect(userId, CloseReason.Removed));
                current = await FindRoleAsync();
            }
            while (current != told);
        }

        async Task<SessionRole?> FindRoleAsync() => (await access.FindAsync(sessionId, userId, context.RequestAborted))?.Role;
    }

    private static ITimer? CloseAtExpiry(DocumentSocket socket, HttpContext context, TimeProvider clock)
    {
        var expires = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;
        return expires is null ? null : clock.CreateTimer(
            _ => socket.Close(CloseReason.TokenExpired),
            null,
            TimeSpan.FromTicks(Math.Max(0, (expires.Value - clock.GetUtcNow()).Ticks)),
            Timeout.InfiniteTimeSpan);
    }
}
