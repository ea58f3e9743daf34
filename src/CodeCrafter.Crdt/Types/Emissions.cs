using System.Runtime.ExceptionServices;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Types;

/// <summary>
/// What a document announces. A handler may change the document: what that emits is queued, so that all handlers see all
/// updates in order.
/// </summary>
internal sealed class Emissions
{
    private readonly Queue<Emission> _queue = new();
    private readonly List<TransactionEvents> _unread = [];
    private readonly WireWriter _writer = new();
    private bool _isEmitting;

    public event Action<byte[], object?>? UpdateEmitted;

    public event Action<DocChange>? Changed;

    /// <summary>Queues what is to be said of a transaction.</summary>
    public void Add(Transaction transaction, TransactionEvents? events)
    {
        byte[]? update = null;
        if (UpdateEmitted is not null)
        {
            _writer.Clear();
            UpdateWriter.WriteTransaction(_writer, transaction);
            update = _writer.ToArray();
        }

        DocChange? change = null;
        if (Changed is not null && transaction.Changed.Count > 0)
        {
            change = transaction.Describe();
        }

        if (update is not null || change is not null || events is not null)
        {
            _queue.Enqueue(new Emission(update, change, transaction.Origin, events));
        }

        if (events is not null)
        {
            _unread.Add(events);
        }
    }

    /// <summary>Queues what belongs to no transaction.</summary>
    public void Add(TransactionEvents events) => _queue.Enqueue(new Emission(null, null, null, events));

    /// <summary>Call before the document changes: a handler may do it, and others have not read their events yet.</summary>
    public void KeepPaths()
    {
        if (_unread.Count > 0)
        {
            _unread.ForEach(static events => events.KeepPaths());
            _unread.Clear();
        }
    }

    /// <summary>Says what is queued, if it is not being said already.</summary>
    /// <remarks>The first failure of a handler is thrown when all have heard.</remarks>
    public void Emit()
    {
        if (_isEmitting || _queue.Count == 0)
        {
            return;
        }

        ExceptionDispatchInfo? failure = null;
        _isEmitting = true;
        try
        {
            while (_queue.TryDequeue(out var emission))
            {
                var failed = emission.Events?.Call();
                failure ??= failed;
                if (emission.Update is not null)
                {
                    CallEach(UpdateEmitted, emission, static (handler, said) => handler(said.Update!, said.Origin), ref failure);
                }

                if (emission.Change is not null)
                {
                    CallEach(Changed, emission, static (handler, said) => handler(said.Change!), ref failure);
                }
            }
        }
        finally
        {
            _isEmitting = false;
            _unread.Clear();
        }

        failure?.Throw();
    }

    // One that throws keeps no other from hearing: a replica behind it would miss an update.
    private static void CallEach<T>(T? handlers, in Emission emission, Action<T, Emission> call, ref ExceptionDispatchInfo? failure)
        where T : Delegate
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                call(handler, emission);
            }
            catch (Exception exception)
            {
                failure ??= ExceptionDispatchInfo.Capture(exception);
            }
        }
    }

    private readonly record struct Emission(byte[]? Update, DocChange? Change, object? Origin, TransactionEvents? Events);
}
