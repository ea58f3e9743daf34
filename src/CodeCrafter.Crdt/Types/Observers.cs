using System.Runtime.ExceptionServices;

namespace CodeCrafter.Crdt.Types;

/// <summary>Who wants to hear of the changes of one type.</summary>
internal sealed class Observers(Doc doc)
{
    private readonly List<Action<YEvent>> _direct = [];
    private readonly List<Action<IReadOnlyList<YEvent>>> _deep = [];

    public bool HasDirect => _direct.Count > 0;

    public bool HasDeep => _deep.Count > 0;

    public IDisposable Add(Action<YEvent> handler) => Add(_direct, handler);

    public IDisposable Add(Action<IReadOnlyList<YEvent>> handler) => Add(_deep, handler);

    /// <summary>Calls all, also behind one that fails, and returns the first failure.</summary>
    public ExceptionDispatchInfo? Call(YEvent @event) => Call(_direct, @event);

    public ExceptionDispatchInfo? Call(IReadOnlyList<YEvent> events) => Call(_deep, events);

    /// <summary>Calls, and returns what was thrown.</summary>
    public static ExceptionDispatchInfo? Try(Action call)
    {
        try
        {
            call();
            return null;
        }
        catch (Exception exception)
        {
            return ExceptionDispatchInfo.Capture(exception);
        }
    }

    private static ExceptionDispatchInfo? Call<T>(List<Action<T>> handlers, T argument)
    {
        ExceptionDispatchInfo? failure = null;
        foreach (var handler in handlers.ToArray())
        {
            var failed = Try(() => handler(argument));
            failure ??= failed;
        }

        return failure;
    }

    private Subscription Add<T>(List<Action<T>> handlers, Action<T> handler)
    {
        handlers.Add(handler);
        doc.CountObservers(1);
        return new Subscription(() =>
        {
            if (handlers.Remove(handler))
            {
                doc.CountObservers(-1);
            }
        });
    }

    private sealed class Subscription(Action remove) : IDisposable
    {
        private Action? _remove = remove;

        public void Dispose()
        {
            _remove?.Invoke();
            _remove = null;
        }
    }
}
