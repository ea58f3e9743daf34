using CodeCrafter.Server.Collaboration.Documents;
using Microsoft.Data.Sqlite;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>
/// Appends to the log of updates over a connection of its own that stays open, with prepared statements: it is what a
/// busy server writes all the time. For one caller at a time.
/// </summary>
/// <remarks>
/// Appending is idempotent. A commit may report a failure and be durable all the same, so it is tried again; a row that is
/// there already, byte for byte, is as good as one that was just written.
/// </remarks>
internal sealed class DocumentAppender : IDisposable
{
    private const string Insert =
        """
        INSERT INTO document_updates ("SessionId", "Sequence", "Data", "SavedAt", "Checksum", "AuthorId")
        VALUES ($session, $sequence, $data, $savedAt, $checksum, $author) ON CONFLICT DO NOTHING
        """;

    private const string InsertAuthor =
        """
        INSERT INTO document_authors ("SessionId", "UserId", "Username") VALUES ($session, $user, $name) ON CONFLICT DO NOTHING
        """;

    private const string Find = """SELECT "Data" FROM document_updates WHERE "SessionId" = $session AND "Sequence" = $sequence""";

    // The log tries again, and says meanwhile what is wrong.
    private const int LongestWaitSeconds = 1;

    private const int MaxKnownAuthors = 100_000;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _insertAuthor;

    // Those whose names are stored: a row for each keystroke need not say it again.
    private readonly HashSet<(Guid SessionId, Guid UserId)> _knownAuthors = [];
    private readonly List<(Guid SessionId, Guid UserId)> _newAuthors = [];

    /// <exception cref="SqliteException">The database cannot be opened.</exception>
    public DocumentAppender(string connectionString)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            DefaultTimeout = LongestWaitSeconds,
        }.ToString());
        _connection.Open();
        SqliteConnectionSettings.Apply(_connection, LongestWaitSeconds);
        _insert = Prepare(Insert, "$session", "$sequence", "$data", "$savedAt", "$checksum", "$author");
        _insertAuthor = Prepare(InsertAuthor, "$session", "$user", "$name");
        _find = Prepare(Find, "$session", "$sequence");
    }

    /// <summary>
    /// Appends all of these or none, and returns the sessions of which it appended nothing, because another update has the
    /// place of one of theirs.
    /// </summary>
    /// <exception cref="SqliteException">It is unknown whether they are stored: append them again, with a new appender.</exception>
    public IReadOnlySet<Guid> Append(IReadOnlyList<LoggedUpdate> updates, DateTimeOffset savedAt)
    {
        var conflicts = new HashSet<Guid>();
        // Nothing of a session whose updates do not fit: it starts over without it.
        while (!TryAppend(updates.Where(update => !conflicts.Contains(update.SessionId)), savedAt, out var conflict))
        {
            conflicts.Add(conflict);
        }

        return conflicts;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _find.Dispose();
        _insertAuthor.Dispose();
        _connection.Dispose();
    }

    private bool TryAppend(IEnumerable<LoggedUpdate> updates, DateTimeOffset savedAt, out Guid conflict)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        (_insert.Transaction, _find.Transaction, _insertAuthor.Transaction) = (transaction, transaction, transaction);
        _newAuthors.Clear();
        foreach (var update in updates)
        {
            if (!TryInsert(update, update.At ?? savedAt))
            {
                conflict = update.SessionId;
                return false;
            }
        }

        transaction.Commit();
        RememberAuthors();
        conflict = default;
        return true;
    }

    private bool TryInsert(LoggedUpdate update, DateTimeOffset at)
    {
        if (update.Author is { } author && !_knownAuthors.Contains((update.SessionId, author.Id)))
        {
            _insertAuthor.Parameters[0].Value = update.SessionId;
            _insertAuthor.Parameters[1].Value = author.Id;
            _insertAuthor.Parameters[2].Value = author.Username;
            _insertAuthor.ExecuteNonQuery();
            _newAuthors.Add((update.SessionId, author.Id));
        }

        var parameters = _insert.Parameters;
        parameters[0].Value = update.SessionId;
        parameters[1].Value = update.Sequence;
        parameters[2].Value = update.Data;
        parameters[3].Value = at.ToUnixTimeMilliseconds();
        parameters[4].Value = RowChecksum.Of(update.SessionId, update.Sequence, update.Data);
        parameters[5].Value = update.Author is null ? DBNull.Value : update.Author.Id.ToByteArray();
        if (_insert.ExecuteNonQuery() == 1)
        {
            return true;
        }

        _find.Parameters[0].Value = update.SessionId;
        _find.Parameters[1].Value = update.Sequence;
        return _find.ExecuteScalar() is byte[] stored && stored.AsSpan().SequenceEqual(update.Data);
    }

    // After the commit: what was taken back is not there.
    private void RememberAuthors()
    {
        if (_knownAuthors.Count > MaxKnownAuthors)
        {
            _knownAuthors.Clear();
        }

        _knownAuthors.UnionWith(_newAuthors);
    }

    private SqliteCommand Prepare(string text, params string[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }
}
