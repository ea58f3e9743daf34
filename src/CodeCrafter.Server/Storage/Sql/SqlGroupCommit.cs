using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>
/// Writes what arrives while one transaction is committed in the next one: one wait for the disk serves all, and they
/// do not wait for each other's locks.
/// </summary>
internal sealed class SqlGroupCommit(IDbContextFactory<AppDbContext> contexts)
{
    private readonly Lock _lock = new();
    private List<Write> _waiting = [];
    private bool _isWriting;

    /// <summary>
    /// Does <paramref name="write"/> in a transaction that it may share with others; it is durable when the task completes.
    /// If the transaction fails it is done once more, alone, so that nobody fails for another's fault.
    /// </summary>
    /// <remarks>
    /// Where nothing is being written it happens on the caller's thread, as all work of SQLite does: a change of threads
    /// costs as much as the write.
    /// </remarks>
    public async Task WriteAsync(Func<AppDbContext, Task> write)
    {
        var entry = new Write(write);
        bool isWriter;
        lock (_lock)
        {
            _waiting.Add(entry);
            (isWriter, _isWriting) = (!_isWriting, true);
        }

        if (isWriter && await WriteWaitingAsync())
        {
            // What came meanwhile is not the caller's affair.
            _ = Task.Run(async () =>
            {
                while (await WriteWaitingAsync())
                {
                }
            });
        }

        await entry.Done.Task;
    }

    /// <summary>Writes what waits; false once there was nothing more, and the next to come is the writer.</summary>
    private async Task<bool> WriteWaitingAsync()
    {
        List<Write> batch;
        lock (_lock)
        {
            (batch, _waiting) = (_waiting, []);
        }

        await CommitAsync(batch);
        lock (_lock)
        {
            return _isWriting = _waiting.Count > 0;
        }
    }

    private async Task CommitAsync(List<Write> batch)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            foreach (var entry in batch)
            {
                await entry.Run(db);
            }

            await transaction.CommitAsync();
        }
        catch (Exception exception)
        {
            if (batch is [var only])
            {
                only.Done.SetException(exception);
                return;
            }

            foreach (var entry in batch)
            {
                await CommitAsync([entry]);
            }

            return;
        }

        batch.ForEach(entry => entry.Done.SetResult());
    }

    private sealed record Write(Func<AppDbContext, Task> Run)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
