using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt.Undo;

/// <summary>The shared types whose changes can be undone, with all that they contain.</summary>
/// <param name="isWhole">All of the document's.</param>
internal sealed class UndoScope(bool isWhole)
{
    private readonly HashSet<Branch> _types = [];

    public bool IsWhole => isWhole;

    public void Add(Branch branch) => _types.Add(branch);

    /// <summary>Whether a transaction has changed any of it.</summary>
    public bool IsConcerned(Transaction transaction)
    {
        if (isWhole)
        {
            return true;
        }

        var check = new Check(this);
        foreach (var branch in transaction.Changed)
        {
            if (check.Includes(branch))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Tells of many types, one after the other, whether they are in the scope. Types are nested as deep as strangers
    /// like: none is asked twice on the way up.
    /// </summary>
    public sealed class Check(UndoScope scope)
    {
        private Dictionary<Branch, bool>? _known;
        private Branch? _last;
        private bool _isLastIn;

        public bool Includes(Branch branch)
        {
            if (scope.IsWhole || scope._types.Contains(branch))
            {
                return true;
            }

            if (branch != _last)
            {
                (_last, _isLastIn) = (branch, !branch.IsRoot && IsInside(branch));
            }

            return _isLastIn;
        }

        private bool IsInside(Branch branch)
        {
            _known ??= [];
            var isIn = false;
            Branch? top = branch;
            while (top is not null && !_known.TryGetValue(top, out isIn))
            {
                if (scope._types.Contains(top))
                {
                    isIn = true;
                    break;
                }

                top = top.Parent;
            }

            for (var below = branch; below != top; below = below.Parent!)
            {
                _known[below] = isIn;
            }

            return isIn;
        }
    }
}
