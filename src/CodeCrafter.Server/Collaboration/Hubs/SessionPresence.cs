using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary>Who is connected to which session, over how many connections.</summary>
internal sealed class SessionPresence : ISessionPresence
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Dictionary<string, UserNameResponse>> _sessions = [];

    /// <summary>Returns whether this is the user's first connection to the session.</summary>
    public bool Connect(Guid sessionId, UserNameResponse user, string connectionId)
    {
        lock (_lock)
        {
            if (!_sessions.TryGetValue(sessionId, out var connections))
            {
                _sessions[sessionId] = connections = [];
            }

            var isFirst = connections.Values.All(other => other.Id != user.Id);
            connections[connectionId] = user;
            return isFirst;
        }
    }

    /// <summary>Returns the user, if this was their last connection to the session.</summary>
    public UserNameResponse? Disconnect(Guid sessionId, string connectionId)
    {
        lock (_lock)
        {
            if (!_sessions.TryGetValue(sessionId, out var connections) || !connections.Remove(connectionId, out var user))
            {
                return null;
            }

            if (connections.Count == 0)
            {
                _sessions.Remove(sessionId);
            }

            return connections.Values.All(other => other.Id != user.Id) ? user : null;
        }
    }

    /// <summary>The sessions that a connection is in.</summary>
    public IReadOnlyList<Guid> SessionsOf(string connectionId)
    {
        lock (_lock)
        {
            return [.. _sessions.Where(session => session.Value.ContainsKey(connectionId)).Select(session => session.Key)];
        }
    }

    /// <summary>The connection is in the session.</summary>
    public bool IsIn(Guid sessionId, string connectionId)
    {
        lock (_lock)
        {
            return _sessions.TryGetValue(sessionId, out var connections) && connections.ContainsKey(connectionId);
        }
    }

    /// <summary>The connections of a user to a session, or of everybody.</summary>
    public IReadOnlyList<string> ConnectionsOf(Guid sessionId, Guid? userId)
    {
        lock (_lock)
        {
            return _sessions.TryGetValue(sessionId, out var connections)
                ? [.. connections.Where(connection => userId is null || connection.Value.Id == userId).Select(connection => connection.Key)]
                : [];
        }
    }

    public IReadOnlySet<Guid> OnlineIn(Guid sessionId)
    {
        lock (_lock)
        {
            return _sessions.TryGetValue(sessionId, out var connections)
                ? connections.Values.Select(user => user.Id).ToHashSet()
                : [];
        }
    }
}
