using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Types;

/// <summary>A delta of which all that could be wrong with it has been looked at, before anything is changed.</summary>
internal sealed class CheckedDelta
{
    // That a delta may append: more is a mistake, and could be more than a string holds.
    private const int MaxLineBreaks = 1 << 20;

    private readonly Step[] _steps;

    private CheckedDelta(Step[] steps) => _steps = steps;

    /// <exception cref="ArgumentException">A step is null, a value has no counterpart in JSON, or it goes too far past the end.</exception>
    /// <exception cref="InvalidOperationException">A shared type cannot be put into the text.</exception>
    public static CheckedDelta Of(YText text, IEnumerable<DeltaOperation> delta)
    {
        var steps = delta.ToArray();
        if (steps.Contains(null))
        {
            throw new ArgumentException("A step is null.", nameof(delta));
        }

        if (LineBreaksOf(steps, text.Branch!.Length) > MaxLineBreaks)
        {
            throw new ArgumentException($"The delta goes further past the end of the text than {MaxLineBreaks}.", nameof(delta));
        }

        var contents = new Queue<Content?>(text.CheckEmbeds([.. steps.Where(IsEmbed).Select(step => step.Value!)]));
        return new CheckedDelta(
        [
            .. steps.Select(step => new Step(
                step,
                ValidText.OfAttributes(step.Attributes ?? (IEnumerable<KeyValuePair<string, object?>>)[]),
                IsEmbed(step) ? contents.Dequeue() : null)),
        ]);
    }

    public void Apply(Branch branch)
    {
        var cursor = new TextCursor(branch.Doc.Begin(), branch);
        try
        {
            foreach (var step in _steps)
            {
                Apply(cursor, step);
            }
        }
        finally
        {
            branch.Doc.End();
        }
    }

    private static bool IsEmbed(DeltaOperation step) => step.Action == DeltaAction.Insert && step.Value is not string;

    private static long LineBreaksOf(DeltaOperation[] steps, long left)
    {
        var lineBreaks = 0L;
        foreach (var step in steps)
        {
            if (step.Action != DeltaAction.Insert)
            {
                lineBreaks += step.Action == DeltaAction.Retain ? Math.Max(0, step.Length - left) : 0;
                left = Math.Max(0, left - step.Length);
            }
        }

        return lineBreaks;
    }

    private static void Apply(TextCursor cursor, in Step said)
    {
        var (step, attributes, content) = said;
        switch (step.Action)
        {
            case DeltaAction.Insert when step.Value is string text:
                if (text.Length > 0)
                {
                    TextEdit.Insert(cursor, ValidText.Of(text), null, attributes);
                }

                break;
            case DeltaAction.Insert:
                TextEdit.Insert(cursor, null, content ?? YType.ToContent(step.Value), attributes);
                YType.FillNested(step.Value);
                break;
            case DeltaAction.Retain:
                TextEdit.Format(cursor, step.Length, attributes);
                break;
            case DeltaAction.Delete:
                TextEdit.Delete(cursor, step.Length);
                break;
        }
    }

    // The content is null for a shared type.
    private readonly record struct Step(DeltaOperation Operation, OrderedDictionary<string, JsonLiteral> Attributes, Content? Content);
}
