using System.Threading.Channels;

namespace CodeCrafter.Server.Auth;

/// <summary>Says whose logins may have ended just now, so that <see cref="OpenConnections"/> need not wait for its next round.</summary>
internal sealed class LoginChanges
{
    private readonly Channel<Guid> _users = Channel.CreateUnbounded<Guid>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>The ids of the users; for one reader.</summary>
    public ChannelReader<Guid> Reader => _users.Reader;

    /// <summary>Call after the change is stored.</summary>
    public void Of(Guid userId) => _users.Writer.TryWrite(userId);
}
