using CodeCrafter.Crdt.Structs;
using CsCheck;

namespace CodeCrafter.Crdt.Tests.Structs;

public sealed class StructsTests
{
    [Fact]
    public void Ranges_are_sorted_and_joined() => Gen.Select(Gen.Int[0, 60], Gen.Int[0, 8]).Array[0, 40].Sample(added =>
    {
        var ranges = new IdRanges();
        var pending = new PendingDeletes();
        var model = new bool[80];
        foreach (var (start, length) in added.Where(range => range.Item2 > 0))
        {
            ranges.Append(start, start + length);
            pending.Add(7, start, start + length);
            Array.Fill(model, true, start, length);
        }

        ranges.Sort();
        var covered = new bool[80];
        for (var i = 0; i < ranges.Count; i++)
        {
            Assert.True(i == 0 || ranges[i - 1].End < ranges[i].Start);
            Array.Fill(covered, true, (int)ranges[i].Start, (int)(ranges[i].End - ranges[i].Start));
        }

        Assert.Equal(model, covered);
        var set = new DeleteSet();
        pending.AppendTo(set);
        Assert.Equal(All(ranges), All(set[7] ?? new IdRanges()));
        AssertTakenInOrder(pending, All(ranges));
    });

    // Up to one clock after another: what begins before it is cut there.
    private static void AssertTakenInOrder(PendingDeletes pending, IEnumerable<(long Start, long End)> expected)
    {
        var taken = new List<(long Start, long End)>();
        for (var clock = 0; clock < 90; clock += 7)
        {
            while (pending.TryTake(7, clock, out var start, out var end))
            {
                Assert.InRange(end, start + 1, clock);
                taken.Add((start, end));
            }
        }

        Assert.True(pending.IsEmpty);
        var joined = new IdRanges();
        taken.ForEach(range => joined.Append(range.Start, range.End));
        Assert.Equal(expected, All(joined));
    }

    private static IEnumerable<(long Start, long End)> All(IdRanges ranges) => Enumerable.Range(0, ranges.Count).Select(i => ranges[i]);

    [Fact]
    public void Runs_keep_their_content_however_they_are_cut_and_joined() => Gen.Int[0, 1000].Array[1, 60].Sample(steps =>
    {
        var runs = new List<Run<int>> { new([.. Enumerable.Range(0, 40)]) };
        var models = new List<int[]> { Enumerable.Range(0, 40).ToArray() };
        foreach (var step in steps)
        {
            var at = step % runs.Count;
            var run = runs[at];
            if (step % 3 == 0 && at + 1 < runs.Count)
            {
                run.Append(runs[at + 1]);
                models[at] = [.. models[at], .. models[at + 1]];
                runs.RemoveAt(at + 1);
                models.RemoveAt(at + 1);
            }
            else if (step % 3 == 1)
            {
                run.Append(new([step, -step]));
                models[at] = [.. models[at], step, -step];
            }
            else if (run.Length > 1)
            {
                var offset = 1 + step % (run.Length - 1);
                runs.Insert(at + 1, run.SplitAt(offset));
                models.Insert(at + 1, models[at][offset..]);
                models[at] = models[at][..offset];
            }

            runs[at] = run;
            Assert.Equal(models, runs.Select(each => each.Span.ToArray()));
        }
    });

    [Fact]
    public void Structs_of_a_client_are_found_however_they_are_cut_and_joined() => Gen.Int[0, 1 << 20].Array[0, 3000].Sample(
        steps =>
        {
            var store = new StructStore();
            var (structs, rows) = (store.FindOrAdd(1), store.Rows);
            for (long clock = 0; clock < 4000; clock += 4)
            {
                structs.Append(store.AddRow(structs, clock, 4, StructInfo.Gc, Id.None, Id.None));
            }

            foreach (var step in steps)
            {
                var position = structs.Find(step % structs.State);
                var found = structs[position];
                var next = position;
                if (step % 2 == 0 && rows[found].Length > 1)
                {
                    var right = store.AddRow(structs, rows[found].Clock + 1, rows[found].Length - 1, StructInfo.Gc, Id.None, Id.None);
                    rows[found].Length = 1;
                    Assert.Equal(right, structs[structs.InsertAfter(position, right)]);
                }
                else if (structs.MoveNext(ref next))
                {
                    rows[found].Length += rows[structs[next]].Length;
                    rows.Free(structs[next]);
                    structs.RemoveAt(next);
                }
            }

            AssertConsistent(rows, structs);
        },
        iter: 50);

    private static void AssertConsistent(Rows rows, ClientStructs structs)
    {
        var position = structs.First;
        long clock = 0;
        var count = 0;
        do
        {
            Assert.Equal(clock, rows[structs[position]].Clock);
            Assert.Equal(position, structs.Find(clock));
            clock = rows.EndOf(rows[structs[position]]);
            count++;
            var back = position;
            Assert.Equal(count > 1, structs.MovePrevious(ref back));
        }
        while (structs.MoveNext(ref position));

        Assert.Equal(structs.State, clock);
        Assert.Equal(count, structs.CountFrom(structs.First));
    }
}
