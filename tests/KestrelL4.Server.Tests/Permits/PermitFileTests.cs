using KestrelL4.Server.Permits;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Permits;

public sealed class PermitFileTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly PermitFile _file;

    public PermitFileTests() => _file = new PermitFile(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        KeptLimit kept = new()
        {
            Scope = "client_application",
            Client = "alice",
            Application = "echo",
            Permits = [new KeptGroup(Noon, 3), new KeptGroup(Noon.AddTicks(1), 1)],
        };
        _file.Write([new KeptLimit { Scope = "node", Permits = [] }]);
        _file.Write([kept]);

        KeptLimit read = Assert.Single(_file.Read(out string? problem));

        Assert.Null(problem);
        Assert.Equal(("client_application", "alice", "echo", null), (read.Scope, read.Client, read.Application, read.Source));
        Assert.Equal(kept.Permits, read.Permits);
        Assert.Equal([PermitFile.Name], Directory.GetFiles(_directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Write_FileOfAnother_IsReplacedByOneForItsOwnerOnly()
    {
        _directory.Write(PermitFile.Name + ".new", "left behind");
        File.SetUnixFileMode(_directory[PermitFile.Name + ".new"], UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        _file.Write([]);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory[PermitFile.Name]));
    }

    [Fact]
    public void Read_NoFile_IsNoProblem()
    {
        Assert.Empty(_file.Read(out string? problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"format\":1}")]
    [InlineData("{\"format\":1,\"limits\":null}")]
    [InlineData("{\"format\":1,\"limits\":[{\"scope\":null,\"permits\":[]}]}")]
    [InlineData("{\"format\":1,\"limits\":[{\"scope\":\"node\"}]}")]
    [InlineData("{\"format\":1,\"limits\":[{\"scope\":\"node\",\"permits\":[{\"at\":\"yesterday\",\"count\":1}]}]}")]
    [InlineData("{\"format\":1,\"limits\":[{\"scope\":\"node\",\"permits\":[{\"at\":\"2026-01-01T00:00:00Z\",\"count\":99999999999}]}]}")]
    [InlineData("{\"format\":2,\"limits\":[]}")]
    [InlineData("\u0000\u0001")]
    public void Read_BrokenOrForeign_SaysWhyAndGivesNothing(string content)
    {
        _directory.Write(PermitFile.Name, content);

        Assert.Empty(_file.Read(out string? problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void Read_Huge_IsNotRead()
    {
        using (FileStream huge = File.Create(_directory[PermitFile.Name]))
        {
            huge.SetLength(PermitFile.MostBytes + 1L);
        }

        Assert.Empty(_file.Read(out string? problem));
        Assert.Contains("more than", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Directory_SaysWhy()
    {
        Directory.CreateDirectory(_directory[PermitFile.Name]);

        Assert.Empty(_file.Read(out string? problem));
        Assert.NotNull(problem);
    }
}
