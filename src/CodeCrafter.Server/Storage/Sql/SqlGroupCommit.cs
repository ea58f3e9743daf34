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
    public Task WriteAsync(Func<AppDbContext, Task> write)
    {
        var entry = new Write(write);
        lock (_lock)
        {
            _waiting.Add(entry);
            if (_isWriting)
            {
                return entry.Done.Task;
            }

            _isWriting = true;
        }

        _ = Task.Run(WriteAllAsync);
        return entry.Done.Task;
    }

    private async Task WriteAllAsync()
    {
        while (true)
        {
            List<Write> batch;
            lock (_lock)
            {
                if (_waiting.Count == 0)
                {
                    _isWriting = false;
                    return;
                }

                (batch, _waiting) = (_waiting, []);
            }

            await CommitAsync(batch);
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
