using System.Diagnostics;
using System.Globalization;

namespace KestrelL4.Testing;

/// <summary>A stopwatch for bounds on real time that judge the product and not the machine, which may have other things to do.</summary>
/// <remarks>
/// That something took long enough is asked of <see cref="Elapsed"/>, that it did not take too long of <see cref="Granted"/>. Of a
/// machine that tells nothing about its threads both are the same.
/// </remarks>
public sealed class FairStopwatch
{
    private readonly List<int> _processes;
    private readonly Dictionary<string, long> _waitedBefore;
    private readonly long _began;

    /// <summary>Starts it.</summary>
    /// <param name="processes">The ids of the processes that are measured beside the test's own.</param>
    public FairStopwatch(params int[] processes)
    {
        _processes = [Environment.ProcessId, .. processes];
        _waitedBefore = Waited();
        _began = Stopwatch.GetTimestamp();
    }

    /// <summary>What has passed.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    /// <summary>
    /// What has passed without the time in which threads of these processes were ready to run and the machine ran others; 0 or more.
    /// </summary>
    public TimeSpan Granted
    {
        get
        {
            TimeSpan granted = Elapsed - Withheld();
            return granted > TimeSpan.Zero ? granted : TimeSpan.Zero;
        }
    }

    /// <summary>Measures a process, too, that was started since.</summary>
    public void Include(int process) => _processes.Add(process);

    private TimeSpan Withheld() => new(
        Waited().Sum(thread => Math.Max(0, thread.Value - _waitedBefore.GetValueOrDefault(thread.Key))) / TimeSpan.NanosecondsPerTick);

    // How long each thread has waited for a processor, in nanoseconds: Linux, Documentation/scheduler/sched-stats.
    private Dictionary<string, long> Waited()
    {
        Dictionary<string, long> waited = [];
        foreach (string thread in _processes.SelectMany(Threads))
        {
            try
            {
                waited[thread] = long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[1], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }

        return waited;
    }

    private static string[] Threads(int process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task");
        }
        catch (IOException)
        {
            return [];
        }
    }
}
