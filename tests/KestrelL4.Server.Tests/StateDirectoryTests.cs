using KestrelL4.Testing;

namespace KestrelL4.Server.Tests;

public sealed class StateDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void TryOpen_Missing_IsCreatedForItsOwnerOnly()
    {
        string path = _directory["deep/state"];

        using StateDirectory? state = StateDirectory.TryOpen(path, out string problem);

        Assert.NotNull(state);
        Assert.Equal("", problem);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(path, "lock")));
    }

    [Fact]
    public void TryOpen_HeldByAnother_SaysSoUntilItIsLetGo()
    {
        StateDirectory? first = StateDirectory.TryOpen(_directory["state"], out _);

        Assert.Null(StateDirectory.TryOpen(_directory["state"], out string problem));
        Assert.Contains("in use by another node", problem, StringComparison.Ordinal);
        Assert.Contains("KestrelL4:StateDirectory", problem, StringComparison.Ordinal);

        first!.Dispose();
        using StateDirectory? second = StateDirectory.TryOpen(_directory["state"], out _);
        Assert.NotNull(second);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupExecute)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void TryOpen_OpenToOthers_IsRefusedWithTheRemedy(UnixFileMode open)
    {
        string path = Directory.CreateDirectory(_directory["state"], OwnerOnly).FullName;
        File.SetUnixFileMode(path, OwnerOnly | open);

        Assert.Null(StateDirectory.TryOpen(path, out string problem));

        Assert.Contains($"chmod 700 {path}", problem, StringComparison.Ordinal);
        Assert.Equal(StateDirectoryUse.Unsafe, StateDirectory.Inspect(path, out _));
    }

    [Fact]
    public void TryOpen_FileInItsPlace_IsRefused()
    {
        Assert.Null(StateDirectory.TryOpen(_directory.Write("state", ""), out string problem));

        Assert.Contains("cannot be created", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_AnyState_TellsItAndLeavesNothingBehind()
    {
        string path = _directory["state"];
        Assert.Equal(StateDirectoryUse.Free, StateDirectory.Inspect(path, out _));
        Assert.False(Path.Exists(path));

        using (StateDirectory? held = StateDirectory.TryOpen(path, out _))
        {
            Assert.Equal(StateDirectoryUse.ByRunningNode, StateDirectory.Inspect(path, out string problem));
            Assert.Contains("in use", problem, StringComparison.Ordinal);
        }

        Assert.Equal(StateDirectoryUse.Free, StateDirectory.Inspect(path, out _));
        using StateDirectory? after = StateDirectory.TryOpen(path, out _);
        Assert.NotNull(after);
    }

    public void Dispose() => _directory.Dispose();
}
