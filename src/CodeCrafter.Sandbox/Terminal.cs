namespace CodeCrafter.Sandbox;

/// <summary>The pseudo-terminal of one run: its size, which may change while the program runs.</summary>
public sealed class Terminal
{
    /// <summary>The most columns, and the most rows.</summary>
    public const int MaxSize = 1000;

    private readonly Lock _lock = new();
    private Action<int, int>? _resized;

    /// <summary>A terminal of this size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is not from 1 to <see cref="MaxSize"/>.</exception>
    public Terminal(int columns, int rows)
    {
        Check(columns, rows);
        (Columns, Rows) = (columns, rows);
    }

    /// <summary>Characters in a line.</summary>
    public int Columns { get; private set; }

    /// <summary>Lines.</summary>
    public int Rows { get; private set; }

    /// <summary>Changes the size; the program gets SIGWINCH. Before the run and after it only the numbers change.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is not from 1 to <see cref="MaxSize"/>.</exception>
    public void Resize(int columns, int rows)
    {
        Check(columns, rows);
        lock (_lock)
        {
            (Columns, Rows) = (columns, rows);
            _resized?.Invoke(columns, rows);
        }
    }

    /// <summary>Tells the size now and whenever it changes; null ends that.</summary>
    internal void Follow(Action<int, int>? resized)
    {
        lock (_lock)
        {
            _resized = resized;
            resized?.Invoke(Columns, Rows);
        }
    }

    private static void Check(int columns, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, MaxSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxSize);
    }
}
